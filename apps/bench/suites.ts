import type { Suite } from './harness/suite.ts'
import { crowd } from './suites/crowd.ts'
import { failover } from './suites/failover.ts'
import { herd } from './suites/herd.ts'
import { latest } from './suites/latest.ts'
import { pressure } from './suites/pressure.ts'
import { react } from './suites/react.ts'
import { revoke } from './suites/revoke.ts'

/** All suites, by the names they are run by. */
export const suites: Readonly<Record<string, Suite>> = {
  crowd,
  failover,
  herd,
  pressure,
  latest,
  react,
  revoke,
}
