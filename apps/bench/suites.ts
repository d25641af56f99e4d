import type { Suite } from './harness/suite.ts'
import { crowd } from './suites/crowd.ts'
import { encode } from './suites/encode.ts'
import { failover } from './suites/failover.ts'
import { fanout } from './suites/fanout.ts'
import { fanoutNext } from './suites/fanout-next.ts'
import { growth } from './suites/growth.ts'
import { herd } from './suites/herd.ts'
import { iterate } from './suites/iterate.ts'
import { latency } from './suites/latency.ts'
import { latest } from './suites/latest.ts'
import { memory } from './suites/memory.ts'
import { parse } from './suites/parse.ts'
import { parseStrings } from './suites/parse-strings.ts'
import { pressure } from './suites/pressure.ts'
import { react } from './suites/react.ts'
import { revoke } from './suites/revoke.ts'
import { size } from './suites/size.ts'

/** All suites, by the names they are run by. */
export const suites: Readonly<Record<string, Suite>> = {
  crowd,
  failover,
  herd,
  pressure,
  latest,
  react,
  revoke,
  fanout,
  'fanout-next': fanoutNext,
  latency,
  parse,
  'parse-strings': parseStrings,
  encode,
  iterate,
  size,
  memory,
  growth,
}
