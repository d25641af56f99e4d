/**
 * Has a test run with React 18: whoever asks for React, or its renderer, gets the older one. A `setupFiles` of Vitest.
 */
import { createRequire, registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

function folderOf(name: string): string {
  return pathToFileURL(dirname(require.resolve(`${name}/package.json`))).href + '/'
}

const folders = ['react', 'react-dom'].map((name) => [folderOf(name), folderOf(`${name}-18`)] as const)

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    for (const [newer, older] of folders) {
      if (resolved.url.startsWith(newer)) {
        return { ...resolved, url: older + resolved.url.slice(newer.length), format: 'commonjs' }
      }
    }
    return resolved
  },
})
