import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** What an application pays for a piece of code, in bytes. */
export interface Minified {
  readonly minifiedBytes: number
  /** Compressed by gzip at level 9. */
  readonly gzipBytes: number
}

/**
 * Bundles code for browsers, minified by esbuild, as an application would.
 *
 * @param options.folder - From where its imports are found.
 * @param options.external - Packages that are left out.
 * @throws What esbuild throws, where an export does not exist.
 */
export async function minified(
  code: string,
  { folder, external }: { readonly folder: string; readonly external: readonly string[] },
): Promise<Minified> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [...external],
    logLevel: 'silent',
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  return { minifiedBytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length }
}
