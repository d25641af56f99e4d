import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

/** Bundles a file of this folder, with all that it imports but what the options leave out. */
export async function bundle(file: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, file)],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    ...options,
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
