import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './public-packages.ts'

/** The options that a package's reports of its API have, by the interface that they are in. */
function optionsOf(folder: string): string[] {
  return globSync(`${folder}/api/*.api.md`, { cwd: root }).flatMap((report) => {
    const api = readFileSync(join(root, report), 'utf8')
    const interfaces = [...api.matchAll(/^export interface (\w*(?:Options|Settings|Limits))\b.*?^\}/gms)]
    return interfaces.flatMap(([body, name]) => {
      return [...body.matchAll(/^ {4}readonly (\w+)\??:/gm)].map(([, member]) => `${name}.${member}`)
    })
  })
}

test.each(globSync('packages/*', { cwd: root }))('the README of %s names every option', (folder) => {
  const readme = readFileSync(join(root, folder, 'README.md'), 'utf8')
  const code = [...readme.matchAll(/```.*?```|`[^`]+`/gs)].join('\n')
  const options = optionsOf(folder)
  expect(options.filter((option) => !new RegExp(`\\b${option.split('.')[1]}\\b`).test(code))).toEqual([])
})
