/**
 * Packs every public package as `pnpm publish` would, and checks what a user would get.
 *
 *     node scripts/package-checks.ts
 *
 * publint and "are the types wrong" look at the tarball; the rest is about the files in it.
 * It packs what is built: run `pnpm build` first (`pnpm run packages` does).
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { importedPackages } from './imported-packages.ts'
import { packAll, type Tarball } from './packed.ts'
import { publicPackages, root, type PublicPackage } from './public-packages.ts'

/** The packages whose README is still to be written; a missing README of any other package fails. */
const withoutReadmeYet: readonly string[] = []

const run = promisify(execFile)
const temporary = await mkdtemp(join(tmpdir(), 'package-checks-'))
try {
  const packages = publicPackages()
  const tarballs = await packAll(temporary)
  const problems = (await Promise.all(packages.map((each) => check(each, tarballs)))).flat()
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else
    console.log(
      `${packages.length} packages are fit to publish: ${packages.map(({ name }) => name).join(', ')}.`,
    )
} finally {
  await rm(temporary, { recursive: true })
}

async function check(
  { name, folder, exportsInRepository, entries }: PublicPackage,
  tarballs: readonly Tarball[],
): Promise<string[]> {
  const tarball = tarballs.find((each) => each.name === name)
  if (!tarball) return [`${name}: \`pnpm pack\` made no tarball.`]
  const files = tarball.files.map(({ path }) => path)
  const [linted, types] = await Promise.all([lint(tarball), checkTypes(tarball)])
  const problems = [
    ...linted,
    ...types,
    ...checkFiles(name, folder, files),
    ...checkDependencies(folder, files),
  ]
  const published = entries.map(({ key }) => key)
  if (published.join() !== exportsInRepository.join()) {
    problems.push(
      `\`exports\` (${exportsInRepository.join(' ')}) and \`publishConfig.exports\` (${published.join(' ')}) differ: name the same entries in both.`,
    )
  }
  return problems.map((problem) => `${name}: ${problem}`)
}

async function lint({ filename }: Tarball): Promise<string[]> {
  const { buffer } = new Uint8Array(await readFile(filename))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  )
}

async function checkTypes({ filename }: Tarball): Promise<string[]> {
  const options = [
    '--profile',
    'esm-only',
    '--no-definitely-typed',
    '--no-emoji',
    '--no-color',
    '--format',
    'ascii',
  ]
  try {
    await run(join(root, 'node_modules/.bin/attw'), [filename, ...options])
    return []
  } catch (error) {
    if (error instanceof Error && 'stdout' in error)
      return [`attw ${basename(filename)}:\n${String(error.stdout)}`]
    throw error
  }
}

function checkFiles(name: string, folder: string, files: readonly string[]): string[] {
  const problems: string[] = []
  for (const file of ['LICENSE', 'README.md']) {
    if (files.includes(file) || (file === 'README.md' && withoutReadmeYet.includes(name))) continue
    problems.push(`${file} is missing from the tarball.`)
  }
  for (const file of files) {
    if (/\.(test|test-d|bench)\.|(^|\/)(test|tests|__\w+__)\/|tsbuildinfo$/.test(file)) {
      problems.push(`${file} does not belong into the tarball: leave it out by \`files\` in package.json.`)
    }
    const [, module] = /^dist\/(.*)\.js$/.exec(file) ?? []
    if (module && !['.ts', '.tsx'].some((extension) => existsSync(join(folder, 'src', module + extension)))) {
      problems.push(`${file} is left from a file that is gone: delete the folder \`dist\`, and build again.`)
    }
  }
  return problems
}

/** A package that the root happens to install resolves here, and not at a user's. */
function checkDependencies(folder: string, files: readonly string[]): string[] {
  const manifest: Readonly<Record<string, object | undefined>> = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const declared = new Set(Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] }))
  const problems = new Set<string>()
  for (const file of files.filter((each) => /^dist\/.*\.(js|d\.ts)$/.test(each))) {
    for (const dependency of importedPackages(readFileSync(join(folder, file), 'utf8'))) {
      if (declared.has(dependency) || isBuiltin(dependency)) continue
      problems.add(`${file} imports ${dependency}: name it in \`dependencies\` or \`peerDependencies\`.`)
    }
  }
  return [...problems]
}
