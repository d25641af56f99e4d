import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from './public-packages.ts'

const ignored = ['node_modules', 'dist', '.next', '.turbo', 'reports']
const pages = globSync('**/*.md', { cwd: root, exclude: (name) => ignored.includes(name) })

test('there are pages to check', () => {
  expect(pages).toContain('README.md')
  expect(pages).toContain('docs/README.md')
})

test.each(pages)('%s links to files and headings that exist', (page) => {
  const broken = linksOf(read(page)).filter((link) => !leadsSomewhere(link, page))
  expect(broken).toEqual([])
})

test.each(pages)('%s names files that exist', (page) => {
  const paths = [...read(page).matchAll(/`((?:apps|docs|packages|scripts)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  )
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('every page of the documentation is in its index', () => {
  const index = linksOf(read('docs/README.md')).map((link) => targetOf(link, 'docs/README.md').file)
  const documentation = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
  expect(documentation.filter((page) => !index.includes(page))).toEqual([])
})

test.each(pages)('%s says what its pictures show', (page) => {
  const pictures = [...withoutCode(read(page)).matchAll(/!\[([^\]]*)\]/g)]
  expect(pictures.filter(([, alternative = '']) => alternative.trim().length < 20)).toEqual([])
})

describe.each(globSync('docs/images/*.svg', { cwd: root }))('%s', (image) => {
  test('is on a page, has a title, and is legible on light and dark', () => {
    const shown = pages.flatMap((page) => linksOf(read(page)).map((link) => targetOf(link, page).file))
    expect(shown).toContain(image)
    const picture = read(image)
    expect(picture).toMatch(/<title id="title">.{20,}<\/title>/)
    const [, light = '', dark = ''] =
      /<style>(.*)@media \(prefers-color-scheme: dark\) \{(.*)<\/style>/s.exec(picture) ?? []
    const coloured = (style: string): string[] =>
      [...style.matchAll(/\.(\w+)(?=[^}]*#)/g)].map(([, name = '']) => name).sort()
    expect(coloured(dark)).toEqual(coloured(light))
  })
})

test('tells a broken link from a good one', () => {
  const good = ['README.md#the-first-hour', '#the-first-hour', 'docs', 'packages/core/README.md']
  const bad = ['README.md#the-last-hour', '#the-last-hour', 'docs/nowhere.md']
  expect(good.filter((link) => !leadsSomewhere(link, 'README.md'))).toEqual([])
  expect(bad.filter((link) => leadsSomewhere(link, 'README.md'))).toEqual([])
})

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** What a page links to within the repository. Code is no link. */
function linksOf(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/(?:\]\(|(?:href|src|srcset)=")([^)"\s]+)[)"]/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(link: string, page: string): boolean {
  const { file, anchor } = targetOf(link, page)
  if (!existsSync(join(root, file))) return false
  if (anchor === undefined) return true
  return statSync(join(root, file)).isFile() && anchorsOf(read(file)).has(anchor)
}

function targetOf(
  link: string,
  page: string,
): { readonly file: string; readonly anchor: string | undefined } {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : relative(root, join(root, dirname(page), path))
  return { file, anchor }
}

/** The anchors that GitHub gives to headings (lower case, no punctuation, hyphens for spaces, numbers for repetitions), and those that a page names. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const base = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
    let anchor = base
    for (let repetition = 1; anchors.has(anchor); repetition++) anchor = `${base}-${repetition}`
    anchors.add(anchor)
  }
  return anchors
}

function withoutCode(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '')
}
