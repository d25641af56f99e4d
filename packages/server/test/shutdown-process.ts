/**
 * A process for tests of signals. It has one stream of a channel open, and one of a source that finishes when it is told to.
 *
 * It says `ready`, the cause of each end, and `closing` when a listener of its own hears a signal: one that is added with `on`, `once`
 * or, while the hub drains, `listen`. The name of a signal raises it: nobody else reaches a process that is PID 1.
 */
import { createInterface } from 'node:readline'
import { defineStream } from '@millrace/core'
import { Hub, toResponse } from '../src/index.ts'

const say = (word: string): void => console.log(word)
const hub = new Hub({ drainMs: 60_000, observer: { onStreamEnd: ({ cause }) => say(cause) } })
const finish = Promise.withResolvers<void>()
const request = new Request('http://localhost/')
await toResponse(request, defineStream<{ tick: number }>('ticks'), { hub })
const answer = await hub.respondOnce(
  request,
  async function* () {
    yield { data: 'begun' }
    await finish.promise
  },
  { params: undefined },
)
void answer.text()

const commands: Readonly<Record<string, () => unknown>> = {
  on: () => process.on('SIGTERM', () => say('closing')).on('SIGINT', () => say('closing')),
  once: () => process.once('SIGTERM', () => say('closing')).once('SIGINT', () => say('closing')),
  finish: () => finish.resolve(),
  exit: () => process.exit(0),
}
createInterface({ input: process.stdin }).on('line', (word) => {
  if (commands[word]) commands[word]()
  else process.kill(process.pid, word)
})
say('ready')
