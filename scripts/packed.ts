import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { publicPackages, root } from './public-packages.ts'

/** What `pnpm pack --json` says of one package. */
export interface Tarball {
  readonly name: string
  /** Its full path. */
  readonly filename: string
  /** What is in it, by paths within the package. */
  readonly files: readonly { readonly path: string }[]
}

/** Packs every public package into a folder, as `pnpm publish` would. */
export async function packAll(folder: string): Promise<readonly Tarball[]> {
  const filters = publicPackages().flatMap(({ name }) => ['--filter', name])
  const { stdout } = await promisify(execFile)(
    'pnpm',
    [...filters, 'pack', '--json', '--pack-destination', folder],
    { cwd: root },
  )
  const packed: Tarball | Tarball[] = JSON.parse(stdout)
  return [packed].flat()
}
