/**
 * Publishes every package whose version the registry does not have yet, each with an attestation of where it was built (provenance).
 *
 *     node scripts/release.ts --dry-run    does everything but publish; runs anywhere
 *     node scripts/release.ts              in the release workflow alone, since nothing else can attest
 *
 * Versions and changelogs come from `pnpm changeset version`, in a commit of their own. A run that broke off may be repeated:
 * what is published is left alone. It packs what is built: run `pnpm build` first (`pnpm release` does).
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { packAll } from './packed.ts'
import { publicPackages, root, type PublicPackage } from './public-packages.ts'
import { releaseOrder, releaseProblems, type Manifest } from './release-plan.ts'

const run = promisify(execFile)
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })
const dryRun = values['dry-run']

const packages = publicPackages()
const manifests = await Promise.all(packages.map(readManifest))
const problems = releaseProblems({
  manifests,
  changesets: await pendingChangesets(),
  isClean: (await run('git', ['status', '--porcelain'], { cwd: root })).stdout === '',
  canAttest: Boolean(process.env['ACTIONS_ID_TOKEN_REQUEST_URL']),
  dryRun,
})
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else await release()

async function release(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'release-'))
  try {
    await nameRepository()
    const tarballs = await packAll(folder)
    for (const { name, version } of releaseOrder(manifests)) {
      if (await isPublished(name, version)) {
        console.log(`${name}@${version} is published already.`)
        continue
      }
      const tarball = tarballs.find((each) => each.name === name)
      if (!tarball) throw new Error(`${name}: \`pnpm pack\` made no tarball.`)
      // npm, and not pnpm: the attestation is npm's own.
      const how = dryRun ? ['--dry-run'] : ['--provenance']
      await run('npm', ['publish', tarball.filename, '--access', 'public', ...how], { cwd: folder })
      console.log(`${name}@${version} ${dryRun ? 'would be published.' : 'is published.'}`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** npm attests only where `repository` is the place of the build: in the workflow, that is written down before packing. */
async function nameRepository(): Promise<void> {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env
  if (dryRun || !server || !repository) return
  for (const { folder } of packages) {
    const path = join(folder, 'package.json')
    const manifest: object = JSON.parse(await readFile(path, 'utf8'))
    const directory = folder.slice(root.length + 1)
    const named = {
      ...manifest,
      repository: { type: 'git', url: `git+${server}/${repository}.git`, directory },
    }
    await writeFile(path, `${JSON.stringify(named, null, 2)}\n`)
  }
}

async function readManifest({ folder }: PublicPackage): Promise<Manifest> {
  // The manifest's shape is checked by publint, on what is packed.
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

async function pendingChangesets(): Promise<number> {
  const { stdout } = await run('git', ['ls-files', '.changeset/*.md'], { cwd: root })
  return stdout.split('\n').filter((file) => file !== '').length
}

async function isPublished(name: string, version: string): Promise<boolean> {
  try {
    const { stdout } = await run('npm', ['view', `${name}@${version}`, 'version'])
    return stdout.trim() === version
  } catch (error) {
    // The registry knows no such package: this is its first release.
    if (error instanceof Error && error.message.includes('E404')) return false
    throw error
  }
}
