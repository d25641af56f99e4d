/**
 * The layer rule: which package may import what. This table is the one place to change it.
 *
 * It is an oxlint plugin (see `.oxlintrc.json`), so an import that climbs shows up in the editor and fails `pnpm run lint`.
 */
import { isBuiltin } from 'node:module'
import { posix, relative } from 'node:path'

interface Layer {
  /** The Millrace packages that its source may import. */
  readonly millrace: readonly string[]
  /** The packages from npm that its source may import; tests are free to choose. */
  readonly npm: readonly string[]
  /** The platform modules that its source may import, and the files that may; tests are free to choose. */
  readonly node?: { readonly modules: RegExp; readonly files: RegExp }
  /** Whether its tests may meet every Millrace package: packages at the top of the stack are tested end to end. */
  readonly testsMeetAll?: true
}

const layers: Readonly<Record<string, Layer>> = {
  core: { millrace: [], npm: [] },
  client: { millrace: ['core'], npm: [] },
  server: { millrace: ['core'], npm: [], node: { modules: /./, files: /^node(\/|[-.])/ } },
  react: { millrace: ['core', 'client'], npm: ['react'], testsMeetAll: true },
  next: {
    millrace: ['core', 'server'],
    npm: ['next', 'react'],
    node: { modules: /^node:async_hooks$/, files: /./ },
    testsMeetAll: true,
  },
  redis: {
    millrace: ['server'],
    npm: ['@redis/client'],
    node: { modules: /./, files: /./ },
    testsMeetAll: true,
  },
}

const isTest = /(^|\/)(test|e2e)\/|\.(test|test-d|bench)\.tsx?$/

/**
 * Says what is wrong with one import.
 *
 * @param file - The importing file, relative to the repository, with `/` between folders.
 * @param specifier - What it imports, as written.
 * @returns What to do instead, or `undefined` when the import is fine.
 */
export function layerViolation(file: string, specifier: string): string | undefined {
  const [, folder, name = ''] = /^(packages|apps)\/([^/]+)\//.exec(file) ?? []
  const test = isTest.test(file)

  if (specifier.startsWith('.')) {
    const target = posix.join(file, '..', specifier)
    if (folder && target.startsWith(`${folder}/${name}/`)) return undefined
    if (!folder && !target.startsWith('packages/')) return undefined
    if ((test || folder === 'apps') && target.startsWith('scripts/')) return undefined
    return `\`${specifier}\` leaves ${folder ? `${folder}/${name}` : 'the root'}: import the package by its name.`
  }

  const [, target, path] = /^@millrace\/([^/]+)(\/.*)?$/.exec(specifier) ?? []
  if (target) {
    if (/^\/(src|dist|test)(\/|$)/.test(path ?? '')) {
      return `\`${specifier}\` is not a public entry: import one that \`exports\` in packages/${target}/package.json names.`
    }
    if (folder !== 'packages') return undefined
    if (target === name) return `\`${specifier}\` is this package: import the file by its relative path.`
    const layer = layerOf(name)
    if (layer.millrace.includes(target) || (test && layer.testsMeetAll)) return undefined
    const allowed = layer.millrace.map((each) => `@millrace/${each}`).join(' and ') || 'no Millrace package'
    return `@millrace/${name} may import ${allowed}, and never @millrace/${target}.`
  }

  if (folder !== 'packages' || test) return undefined
  const layer = layerOf(name)
  if (isBuiltin(specifier)) {
    const source = file.slice(`packages/${name}/src/`.length)
    if (layer.node?.modules.test(specifier) && layer.node.files.test(source)) return undefined
    return `\`${specifier}\` does not exist on every platform that packages/${name}/src/${source} runs on: use a web standard.`
  }
  const dependency = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  if (layer.npm.includes(dependency)) return undefined
  return `@millrace/${name} may import ${layer.npm.join(', ') || 'nothing'} from npm, and not \`${dependency}\`.`
}

function layerOf(name: string): Layer {
  const layer = layers[name]
  if (!layer) throw new Error(`packages/${name} has no layer: add it to the table in scripts/layers.ts.`)
  return layer
}

/** The part of a syntax node that names a module, in all the kinds of import and export that have one. */
interface ImportNode {
  readonly source?: { readonly value?: unknown } | null
}

interface RuleContext {
  readonly cwd: string
  readonly filename: string
  report(problem: { node: ImportNode; message: string }): void
}

const rule = {
  create(context: RuleContext): Record<string, (node: ImportNode) => void> {
    const file = relative(context.cwd, context.filename).replaceAll('\\', '/')
    const check = (node: ImportNode): void => {
      const specifier = node.source?.value
      if (typeof specifier !== 'string') return
      const message = layerViolation(file, specifier)
      if (message) context.report({ node, message })
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    }
  },
}

export default { meta: { name: 'millrace' }, rules: { layers: rule } }
