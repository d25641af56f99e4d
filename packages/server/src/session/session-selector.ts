import type { SessionRecord } from './session-registry.ts'

/** Which streams: those with this tag, or of this principal. */
export type SessionSelector = { readonly tag: string } | { readonly principal: string }

/** Whom a revocation names; or, where it is not known which there were, whomever one could name. */
export type Revoked = SessionSelector | 'whoever can be named'

/** Tells whether a value names streams: by one tag or one principal, not empty. */
export function isSessionSelector(value: unknown): value is SessionSelector {
  if (typeof value !== 'object' || value === null) return false
  const given = Object.entries(value)
  const [name, text] = given[0] ?? []
  return (
    given.length === 1 && (name === 'tag' || name === 'principal') && typeof text === 'string' && text !== ''
  )
}

/** Tells whether a revocation means a stream. */
export function isSelected(
  { tags, principal }: Pick<SessionRecord, 'tags' | 'principal'>,
  revoked: Revoked,
): boolean {
  if (revoked === 'whoever can be named') return principal !== undefined || tags.length > 0
  return 'tag' in revoked ? tags.includes(revoked.tag) : principal === revoked.principal
}
