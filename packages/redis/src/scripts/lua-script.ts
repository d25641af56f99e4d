import { createHash } from 'node:crypto'

/** A script that Redis runs as one step. */
export interface LuaScript {
  /** Its text. */
  readonly source: string
  /** The name under which Redis remembers it. */
  readonly sha: string
}

/** Makes a script of its parts. */
export function luaScript(...parts: readonly string[]): LuaScript {
  const source = parts.join('')
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}
