/**
 * For the tests of those who use event streams: a fake source, which needs no network, no server and no timer.
 *
 * @packageDocumentation
 */
export { createFakeSource, type FakeChannelOptions } from './testing/create-fake-source.ts'
export type {
  AnswerOptions,
  ErrorAnswer,
  FakeAnswer,
  GapAnswer,
  RefusingAnswer,
  ScriptedAnswer,
} from './testing/fake-answer.ts'
export type { FakeStart } from './testing/fake-log.ts'
export type { FakeRequest } from './testing/fake-request.ts'
export type { FakeEvent, FakeSource } from './testing/fake-source.ts'
