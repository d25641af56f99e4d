import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is read of a package's manifest. */
interface Manifest {
  readonly name: string
  readonly type: string
  readonly publishConfig: { readonly exports: object }
}

const packages = join(import.meta.dirname, '../../../packages')

/**
 * Makes a folder in which core and client are installed as they are published: what is built, by the exports that are
 * published. Older versions of Node.js cannot run the source, which packages show one another inside this repository.
 *
 * @returns The folder; who asked for it removes it.
 * @throws {Error} If they are not built.
 */
export async function installPackages(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-runtimes-'))
  for (const name of ['core', 'client']) {
    const source = join(packages, name)
    const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as Manifest
    const target = join(folder, 'node_modules', manifest.name)
    await mkdir(target, { recursive: true })
    await cp(join(source, 'dist'), join(target, 'dist'), { recursive: true }).catch((cause: unknown) => {
      throw new Error(`packages/${name}/dist is missing: run \`pnpm build\``, { cause })
    })
    const { type, publishConfig } = manifest
    await writeFile(
      join(target, 'package.json'),
      JSON.stringify({ name: manifest.name, type, exports: publishConfig.exports }),
    )
  }
  return folder
}
