import { randomBytes } from 'node:crypto'

/** The names that a script may need: those of a log that begins anew, and the tag of an entry. */
export interface RandomNames {
  /** For a log that begins anew. */
  readonly epoch: string
  /** For its position 0. */
  readonly originTag: string
  /** For a new entry. */
  readonly tag: string
}

/** Draws new names: six random bits a character, 60 for an epoch and 36 for a tag. Redis has no safe source of chance for scripts. */
export function randomNames(): RandomNames {
  const text = randomBytes(18).toString('base64url')
  return { epoch: text.slice(0, 10), originTag: text.slice(10, 16), tag: text.slice(16, 22) }
}
