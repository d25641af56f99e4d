/**
 * Lists the packages that compiled code or declarations import, once each.
 *
 * It reads what the compiler writes, one statement to a line, and leaves comments alone.
 */
export function importedPackages(code: string): string[] {
  const packages = new Set<string>()
  for (const line of code.split('\n')) {
    if (/^\s*(\*|\/[/*])/.test(line)) continue
    for (const [, specifier] of line.matchAll(/\b(?:from |import |import\()["']([^"'.][^"']*)["']/g)) {
      const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier ?? '') ?? []
      if (name) packages.add(name)
    }
  }
  return [...packages]
}
