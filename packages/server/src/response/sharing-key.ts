import { CURSOR_PARAMETER } from '@millrace/core/protocol'

const functionNumbers = new WeakMap<object, number>()
let lastNumber = 0

/** What two clients must have in common to share what a function of the user's makes for one of them. */
export interface SharedBy {
  /** The route's parameters. */
  readonly params: unknown
  /** What else it depends on. */
  readonly [name: string]: unknown
}

/** A text that is the same for clients who may share, and for no others: the function, what it depends on, and every parameter. */
export function sharingKey(made: object, { params, ...by }: SharedBy): string {
  const known = functionNumbers.get(made) ?? ++lastNumber
  functionNumbers.set(made, known)
  return JSON.stringify([known, by, keyOf(params)])
}

/** What a request asks for, and with which credentials; where it goes on from is no part of it. */
export function sameRequest({ url, headers }: Request): Readonly<Record<string, string | null>> {
  const asked = new URL(url)
  asked.searchParams.delete(CURSOR_PARAMETER)
  return { url: asked.href, cookie: headers.get('cookie'), authorization: headers.get('authorization') }
}

/** Parameters as text; those whose text does not say all that they are, are shared with nobody. */
function keyOf(params: unknown): unknown {
  if (params === undefined) return null
  if (!isPlainObject(params)) return ++lastNumber
  const entries = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  const isText = entries.every(([, value]) => isJsonText(value))
  return isText && entries.length === Reflect.ownKeys(params).length ? entries : ++lastNumber
}

/** Whether an object has no more than its own members: search parameters, a map, a request hold all they have elsewhere. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function isJsonText(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every((each) => typeof each === 'string')
  return typeof value === 'string' || typeof value === 'boolean'
}
