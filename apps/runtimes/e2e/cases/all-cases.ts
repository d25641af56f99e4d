import type { ClientCase } from './case.ts'
import { connecting } from './connecting.ts'
import { controlling } from './controlling.ts'
import { posting } from './posting.ts'
import { protocol } from './protocol.ts'
import { resuming } from './resuming.ts'

/** The client's behaviour that has to be the same in every runtime. */
export const allCases: readonly ClientCase[] = [
  ...connecting,
  ...resuming,
  ...posting,
  ...controlling,
  ...protocol,
]
