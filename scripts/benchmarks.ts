/**
 * Writes `docs/benchmarks.md` from the raw figures in `apps/bench/results`, and from nothing else.
 *
 *     pnpm --silent bench <suite> --json > apps/bench/results/<suite>.json
 *     node scripts/benchmarks.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchmarksPage } from './benchmarks-page.ts'
import { readResults } from './benchmarks-results.ts'
import { root } from './public-packages.ts'

writeFileSync(join(root, 'docs/benchmarks.md'), benchmarksPage(readResults()))
