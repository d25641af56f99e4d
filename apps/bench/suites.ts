import type { Suite } from './harness/suite.ts'
import { crowd } from './suites/crowd.ts'

/** All suites, by the names they are run by. */
export const suites: Readonly<Record<string, Suite>> = { crowd }
