import type { SessionRecord } from './session-registry.ts'

/** Which streams: those with this tag, or of this principal. */
export type SessionSelector = { readonly tag: string } | { readonly principal: string }

/** Tells whether a value names streams: by one tag or one principal, not empty. */
export function isSessionSelector(value: unknown): value is SessionSelector {
  if (typeof value !== 'object' || value === null) return false
  const given = Object.entries(value)
  const [name, text] = given[0] ?? []
  return (
    given.length === 1 && (name === 'tag' || name === 'principal') && typeof text === 'string' && text !== ''
  )
}

/** Tells whether a selector names a stream. */
export function isSelected(
  { tags, principal }: Pick<SessionRecord, 'tags' | 'principal'>,
  selector: SessionSelector,
): boolean {
  return 'tag' in selector ? tags.includes(selector.tag) : principal === selector.principal
}
