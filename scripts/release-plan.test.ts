import { describe, expect, test } from 'vitest'
import { releaseOrder, releaseProblems, type ReleaseState } from './release-plan.ts'

const ready: ReleaseState = {
  manifests: [{ name: 'a', version: '0.1.0' }],
  changesets: 0,
  isClean: true,
  canAttest: true,
  dryRun: false,
}

describe('a release', () => {
  test('goes on when nothing stands in its way', () => {
    expect(releaseProblems(ready)).toEqual([])
  })

  test.each([
    { manifests: [{ name: 'a', version: '0.0.0' }] },
    { changesets: 2 },
    { isClean: false },
    { canAttest: false },
  ])('is refused for a reason that it names: %j', (change) => {
    expect(releaseProblems({ ...ready, ...change })).toHaveLength(1)
  })

  test('may be tried anywhere, but for a package without a version', () => {
    const tried = { ...ready, dryRun: true, changesets: 2, isClean: false, canAttest: false }
    expect(releaseProblems(tried)).toEqual([])
    expect(releaseProblems({ ...tried, manifests: [{ name: 'a', version: '0.0.0' }] })).toHaveLength(1)
  })
})

describe('the order of packages', () => {
  const manifest = (name: string, ...dependencies: readonly string[]): ReleaseState['manifests'][number] => ({
    name,
    version: '0.1.0',
    dependencies: Object.fromEntries(dependencies.map((each) => [each, '^0.1.0'])),
  })

  test('has each behind all that it depends on', () => {
    const order = releaseOrder([
      manifest('next', 'server', 'core'),
      manifest('core'),
      manifest('server', 'core', 'elsewhere'),
    ])
    expect(order.map(({ name }) => name)).toEqual(['core', 'server', 'next'])
  })

  test('names a circle', () => {
    expect(() => releaseOrder([manifest('a', 'b'), manifest('b', 'a')])).toThrow('a → b → a')
  })
})
