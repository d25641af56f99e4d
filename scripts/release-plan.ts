/** What a release looks at in a package's `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** What a release starts from. */
export interface ReleaseState {
  readonly manifests: readonly Manifest[]
  /** How many changesets are not yet in a version. */
  readonly changesets: number
  /** Whether everything is committed. */
  readonly isClean: boolean
  /** Whether this machine can attest where a package was built. */
  readonly canAttest: boolean
  readonly dryRun: boolean
}

/** Says what stands in the way of a release; nothing does when the list is empty. A dry run may be made anywhere, of anything. */
export function releaseProblems(state: ReleaseState): string[] {
  const problems: string[] = []
  for (const { name, version } of state.manifests) {
    if (version === '0.0.0') problems.push(`${name} has no version yet: run \`pnpm changeset version\`.`)
  }
  if (state.dryRun) return problems
  if (state.changesets > 0)
    problems.push(
      `${state.changesets} changesets are in no version yet: run \`pnpm changeset version\`, and commit.`,
    )
  if (!state.isClean) problems.push('Some changes are not committed: what is published has to be a commit.')
  if (!state.canAttest)
    problems.push(
      'Nothing here can attest where the packages were built: start the release workflow, or add --dry-run.',
    )
  return problems
}

/** Puts packages behind those that they depend on, so that nothing is published before it can be installed. */
export function releaseOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  const byName = new Map(manifests.map((each) => [each.name, each]))
  const ordered = new Set<Manifest>()
  const visit = (manifest: Manifest, path: readonly string[]): void => {
    if (path.includes(manifest.name))
      throw new Error(`${[...path, manifest.name].join(' → ')}: packages depend on each other.`)
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const dependency = byName.get(name)
      if (dependency) visit(dependency, [...path, manifest.name])
    }
    ordered.add(manifest)
  }
  for (const manifest of manifests) visit(manifest, [])
  return [...ordered]
}
