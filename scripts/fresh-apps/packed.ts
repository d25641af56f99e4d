import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { publicPackages, root } from '../public-packages.ts'

/** The path of each package's tarball, by the package's name. */
export type Tarballs = ReadonlyMap<string, string>

/** Packs every public package as `pnpm publish` would. */
export async function packAll(folder: string): Promise<Tarballs> {
  const filters = publicPackages().flatMap(({ name }) => ['--filter', name])
  const { stdout } = await promisify(execFile)(
    'pnpm',
    [...filters, 'pack', '--json', '--pack-destination', folder],
    { cwd: root },
  )
  const packed = JSON.parse(stdout) as readonly { readonly name: string; readonly filename: string }[]
  return new Map(packed.map(({ name, filename }) => [name, filename]))
}
