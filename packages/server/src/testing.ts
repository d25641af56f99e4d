/**
 * For the tests of those who write a backplane.
 *
 * @packageDocumentation
 */
export {
  type BackplaneUnderTest,
  type ConformanceCase,
  backplaneConformance,
} from './testing/backplane-conformance.ts'
export type { Backplane } from './log/backplane.ts'
