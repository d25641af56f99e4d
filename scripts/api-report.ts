/**
 * Keeps the public API of every entry in `packages/<name>/api/<entry>.api.md`, so that a change of it shows in review.
 *
 *     node scripts/api-report.ts            fails when a report is out of date, or something public has no docstring
 *     node scripts/api-report.ts --write    writes the reports
 *
 * It reads the built declarations: run `pnpm build` first (`pnpm api` does).
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { CompilerState, Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor'
import { publicPackages, root, type Entry, type PublicPackage } from './public-packages.ts'

const { values } = parseArgs({ options: { write: { type: 'boolean' }, check: { type: 'boolean' } } })
const temporary = mkdtempSync(join(tmpdir(), 'api-report-'))
process.on('exit', () => rmSync(temporary, { recursive: true }))

const packages = publicPackages()
const jobs = packages.flatMap((owner) =>
  owner.entries.map((entry) => ({
    owner,
    entry,
    config: extractorConfig(owner, entry),
    report: join(owner.folder, 'api', `${entry.name}.api.md`),
  })),
)
const [first] = jobs
if (!first) throw new Error('No package has `publishConfig.exports`: there is no API to report.')

const problems = new Set<string>()
// One program for all: reading the platform's types takes longer than every report together.
const compilerState = CompilerState.create(first.config, {
  additionalEntryPoints: jobs.map(({ entry }) => entry.types),
})
const forgotten: { readonly owner: PublicPackage; readonly symbol: string; readonly problem: string }[] = []
const exported = new Map<PublicPackage, Set<string>>(packages.map((owner) => [owner, new Set()]))
for (const { owner, config, entry, report } of jobs) {
  Extractor.invoke(config, {
    compilerState,
    messageCallback: (message) => {
      message.handled = true
      if (message.logLevel !== 'error' && message.logLevel !== 'warning') return
      const problem = describe(message)
      const [, symbol] = /^The symbol "(.*?)"/.exec(message.text) ?? []
      if (message.messageId === 'ae-forgotten-export' && symbol) forgotten.push({ owner, symbol, problem })
      else problems.add(`${owner.name}: ${problem}`)
    },
  })

  const current = readFileSync(join(temporary, basename(report)), 'utf8')
  for (const [, symbol] of current.matchAll(
    /^export (?:abstract )?(?:class|const|enum|function|interface|type|let) (\w+)/gm,
  )) {
    if (symbol) exported.get(owner)?.add(symbol)
  }
  if (readIfThere(report) === current) continue
  if (values.write) {
    mkdirSync(dirname(report), { recursive: true })
    writeFileSync(report, current)
    console.log(`wrote ${relative(root, report)}`)
  } else {
    problems.add(
      `${entry.specifier}: the API differs from ${relative(root, report)}: run \`pnpm api\`, and commit the file.`,
    )
  }
}
// A type that another entry of the package exports can be named by its users: nothing is forgotten.
for (const { owner, symbol, problem } of forgotten) {
  if (!exported.get(owner)?.has(symbol)) problems.add(`${owner.name}: ${problem}`)
}

const expected = new Set(jobs.map(({ report }) => report))
for (const path of globSync('packages/*/api/*.api.md', { cwd: root })) {
  if (expected.has(join(root, path))) continue
  if (values.write) rmSync(join(root, path))
  else problems.add(`${path} belongs to no entry: run \`pnpm api\`, and commit.`)
}

for (const problem of problems) console.error(problem)
if (problems.size > 0) process.exitCode = 1
else console.log(`${jobs.length} API reports are up to date; every export has a docstring.`)

function extractorConfig(owner: PublicPackage, entry: Entry): ExtractorConfig {
  const none = { logLevel: 'none' as never }
  const warning = { logLevel: 'warning' as never }
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(owner.folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: owner.folder,
      mainEntryPointFilePath: entry.types,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
            module: 'nodenext',
            jsx: 'react-jsx',
            strict: true,
            skipLibCheck: true,
            types: [],
          },
          files: [entry.types],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: entry.name,
        reportFolder: temporary,
        reportTempFolder: temporary,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        // The compiler itself has its say in `pnpm run typecheck`.
        compilerMessageReporting: { default: none },
        // Docstrings are written for editors: `@param options.name` and `@throws {Type}` are no TSDoc, and are welcome.
        tsdocMessageReporting: { default: none },
        extractorMessageReporting: {
          default: warning,
          'ae-undocumented': { ...warning, addToApiReportFile: false },
          'ae-forgotten-export': { ...warning, addToApiReportFile: false },
          'ae-missing-release-tag': none,
          // Between packages, an import resolves to the source; what is reported is still the built declarations.
          'ae-wrong-input-file-type': none,
          'ae-unresolved-link': none,
        },
      },
    },
  })
}

function describe(message: ExtractorMessage): string {
  const place = message.sourceFilePath
    ? ` (${relative(root, message.sourceFilePath)}:${message.sourceFileLine})`
    : ''
  return `${message.text} [${message.messageId}]${place}`
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // A report that is not there yet differs from every API.
    return undefined
  }
}
