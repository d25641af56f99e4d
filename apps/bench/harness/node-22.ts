import { existsSync } from 'node:fs'
import { join } from 'node:path'

const path = join(
  import.meta.dirname,
  `../../runtimes/node_modules/node-22-${process.platform}-${process.arch}/bin/node`,
)

/** The Node.js 22 that apps/runtimes has among its optional dependencies; undefined where there is none for this platform. */
export const node22: string | undefined = existsSync(path) ? path : undefined
