import type { Suite } from './harness/suite.ts'
import { crowd } from './suites/crowd.ts'
import { herd } from './suites/herd.ts'
import { latest } from './suites/latest.ts'
import { pressure } from './suites/pressure.ts'
import { revoke } from './suites/revoke.ts'

/** All suites, by the names they are run by. */
export const suites: Readonly<Record<string, Suite>> = { crowd, herd, pressure, latest, revoke }
