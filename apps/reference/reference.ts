/**
 * Keeps `docs/reference`: a page for each entry of each public package, made from its docstrings.
 *
 *     node apps/reference/reference.ts            fails when a page is out of date
 *     node apps/reference/reference.ts --write    writes the pages
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Application, LogLevel } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { publicPackages, root } from '../../scripts/public-packages.ts'

const { values } = parseArgs({ options: { write: { type: 'boolean' } } })
const pages = join(root, 'docs/reference')
// Within this folder, so that its files find the packages as any other file here does.
const temporary = mkdtempSync(join(import.meta.dirname, '.entries-'))
try {
  const made = await makePages(writeEntries(temporary), join(temporary, 'pages'))
  const problems = values.write ? keep(made) : differencesFrom(made)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log(`${made.size} pages of reference are up to date.`)
} finally {
  rmSync(temporary, { recursive: true })
}

/** Writes a file per entry that exports all of it: a page is named after its file, so that it has the name that users import. */
function writeEntries(folder: string): string[] {
  const specifiers = publicPackages().flatMap(({ entries }) => entries.map(({ specifier }) => specifier))
  return specifiers.map((specifier) => {
    const file = join(folder, `${specifier}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `export * from '${specifier}'\n`)
    return file
  })
}

/** What each page says, by its path below `docs/reference`. */
async function makePages(entryPoints: readonly string[], out: string): Promise<ReadonlyMap<string, string>> {
  const layout: Partial<PluginOptions> = {
    outputFileStrategy: 'modules',
    flattenOutputFiles: true,
    entryFileName: 'README',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandParameters: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    enumMembersFormat: 'table',
  }
  const application = await Application.bootstrapWithPlugins({
    ...layout,
    entryPoints: [...entryPoints],
    tsconfig: join(import.meta.dirname, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: out }],
    name: 'API reference',
    basePath: temporary,
    displayBasePath: temporary,
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables'],
    readme: 'none',
    // The compiler itself has its say in `pnpm run typecheck`.
    skipErrorChecking: true,
    disableSources: true,
    logLevel: LogLevel.Warn,
  })
  const project = await application.convert()
  if (!project) throw new Error('TypeDoc could not read the packages.')
  await application.generateOutputs(project)
  return new Map(
    globSync('**/*.md', { cwd: out }).map((path) => [path, readFileSync(join(out, path), 'utf8')]),
  )
}

function keep(made: ReadonlyMap<string, string>): readonly string[] {
  rmSync(pages, { recursive: true, force: true })
  for (const [path, text] of made) {
    mkdirSync(dirname(join(pages, path)), { recursive: true })
    writeFileSync(join(pages, path), text)
  }
  return []
}

function differencesFrom(made: ReadonlyMap<string, string>): readonly string[] {
  const paths = new Set([...made.keys(), ...globSync('**/*.md', { cwd: pages })])
  return [...paths]
    .filter((path) => made.get(path) !== readIfThere(join(pages, path)))
    .map((path) => `docs/reference/${path} is out of date: run \`pnpm api\`, and commit it.`)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // A page that is not there yet differs from every page.
    return undefined
  }
}
