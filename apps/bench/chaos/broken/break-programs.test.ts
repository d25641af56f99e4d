import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { BROKEN_BUILDS } from './builds.ts'
import { patched } from './break-programs.ts'

const root = resolve(import.meta.dirname, '../../../..')
const patches = Object.entries(BROKEN_BUILDS).flatMap(([name, all]) => all.map((patch) => ({ name, patch })))

test.each(patches)('the patch of $name fits $patch.module', async ({ patch }) => {
  const contents = await readFile(join(root, patch.module), 'utf8')
  const broken = patched(contents, patch)
  expect(broken).not.toBe(contents)
  expect(broken).toContain(patch.instead)
})

test.each(['', 'one two two'])('a patch that does not fit %j once fails loudly', (contents) => {
  const patch = { module: 'some.ts', text: 'two', instead: 'three' }
  expect(() => patched(contents, patch)).toThrow(/some\.ts has \d times what is to be replaced/)
})
