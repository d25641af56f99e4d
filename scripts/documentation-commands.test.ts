import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocksOf, documentation } from './documentation.ts'
import { publicPackages, root } from './public-packages.ts'

/** What the documentation tells readers to type, a command a line. */
const commands = documentation
  .flatMap(codeBlocksOf)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ place, code }) => {
    const lines = code
      .replace(/(^| )#.*$/gm, '')
      .replaceAll('\\\n', '')
      .split(/\n|&&/)
    return lines
      .map((line) => line.trim())
      .filter(Boolean)
      .map((command) => ({ place, command }))
  })

test.each(commands)('there is what $place says to type: $command', ({ command }) => {
  expect(isThere(command)).toBe(true)
})

test('tells a command that there is from one that there is not', () => {
  const there = [
    'pnpm demo',
    'pnpm --silent run demo',
    'npx --yes pnpm@12 test',
    'npm install @millrace/react',
  ]
  const missing = ['pnpm demos', 'npm install @millrace/vue', 'npx millrace', 'millrace']
  expect(there.filter((command) => !isThere(command))).toEqual([])
  expect(missing.filter(isThere)).toEqual([])
})

/** The repository's own scripts, packages and programs; of others' programs, those that every reader has. */
function isThere(command: string): boolean {
  const words = command
    .replace(/^([A-Z_]+=\S+ )+/, '')
    .replace(/^npx --yes pnpm@12/, 'pnpm')
    .split(/ +/)
    .filter((word) => !word.startsWith('-') && word !== 'run')
  const [program = '', name = '', ...rest] = words
  if (program === 'pnpm') return name === 'install' || isScript(name) || isTool(name)
  if (program === 'npm') return name === 'install' && rest.every(isPackage)
  if (program === 'npx') return isProgram(name)
  return ['curl', 'node'].includes(program)
}

function isScript(name: string): boolean {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  return Object.hasOwn(scripts, name)
}

function isTool(name: string): boolean {
  return existsSync(join(root, 'node_modules/.bin', name))
}

function isPackage(name: string): boolean {
  return publicPackages().some((each) => each.name === name)
}

/** Programs that our packages bring. */
function isProgram(name: string): boolean {
  return publicPackages().some(({ folder }) => {
    const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin?: object }
    return Object.hasOwn(bin, name)
  })
}
