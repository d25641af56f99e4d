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

/** Parameters as text; those that JSON does not tell apart are shared with nobody. */
function keyOf(params: unknown): unknown {
  const isPlain = typeof params === 'object' && params !== null
  if (!isPlain) return params === undefined ? null : ++lastNumber
  const entries = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  const isText = entries.every(
    ([, value]) => ['string', 'number', 'boolean'].includes(typeof value) || isListOfText(value),
  )
  return isText ? entries : ++lastNumber
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
