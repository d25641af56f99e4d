/** The pages that teach, and the code in them: the one list that the tests of the documentation walk. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { assumptionsOf } from './documentation-assumptions.ts'
import { root } from './public-packages.ts'

/** The pages, by their paths. The reference is made from docstrings, and is nobody's text. */
export const documentation: readonly string[] = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], {
  cwd: root,
  exclude: ['docs/reference/**'],
}).sort()

/** A block of code on a page. */
export interface CodeBlock {
  /** Where it is, for messages: `docs/security.md:12`. */
  readonly place: string
  /** What is written behind its opening fence; empty where nothing is. */
  readonly language: string
  readonly code: string
}

/** Reads a page. */
export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** All blocks of code on a page, in order. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const text = readPage(page)
  return [...text.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map(
    ({ 2: language = '', 3: code = '', index }) => {
      return { place: `${page}:${text.slice(0, index).split('\n').length}`, language, code }
    },
  )
}

/**
 * Writes the TypeScript of a page into a folder, as a reader would: a block that begins with the name of a file
 * (`// lib/streams.ts`) is that file, so that others may import it; any other is a file of its own.
 *
 * @param options.edit - Changes the code before it is written: another port, say. Default: nothing.
 * @returns The paths of the files, relative to the folder.
 */
export function writeExamples(
  page: string,
  folder: string,
  { edit = (code) => code }: { readonly edit?: (code: string) => string } = {},
): string[] {
  rmSync(folder, { recursive: true, force: true })
  const files: string[] = []
  for (const code of examplesOf(page)) {
    const file = nameOf(code, files)
    files.push(file)
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    // Assumptions come last, so that a directive stays in front.
    const text = [withoutAlias(edit(code), file), assumptionsOf(code), 'export {}\n']
    writeFileSync(join(folder, file), text.join('\n'))
  }
  return files
}

/** The TypeScript of a page; where one block declares a name twice (alternatives side by side), each of its statements stands alone. */
function examplesOf(page: string): string[] {
  return codeBlocksOf(page)
    .filter(({ language }) => /^tsx?$/.test(language))
    .flatMap(({ code }) => {
      const names = [...code.matchAll(/^const (\{.*?\b(?:data)\b(?!:).*?\})/gm)]
      return names.length > 1 ? code.split(/\n(?=const )/) : [code]
    })
}

/** The name that an example gives itself, or else its number. One that is given again is that of an alternative. */
function nameOf(code: string, taken: readonly string[]): string {
  const [, name = `example-${taken.length + 1}.tsx`] = /^\/\/ ([\w./[\]-]+\.tsx?)\b/.exec(code) ?? []
  return taken.includes(name) ? name.replace(/\.tsx?$/, `-${taken.length + 1}$&`) : name
}

/** The code with `@/`, by which Next.js names the folder of the app, as a relative path. */
function withoutAlias(code: string, file: string): string {
  return code.replaceAll("'@/", `'${posix.relative(dirname(file), '.') || '.'}/`)
}
