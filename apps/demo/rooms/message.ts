/** What somebody said in a room. */
export interface Message {
  /** The application's own id: sent twice, a message counts once. */
  readonly id: string
  readonly name: string
  readonly text: string
  /** When it was said, in milliseconds since 1970. */
  readonly atMs: number
}

/** How many messages of a room a page shows. */
export const SHOWN_MESSAGES = 100

/** The longest name, in characters. */
export const MAX_NAME = 24

/** The longest message, in characters. */
export const MAX_TEXT = 500

/** Adds a message to those of a room, and lets go of the oldest. */
export function addMessage(
  messages: readonly Message[],
  { data }: { readonly data: Message },
): readonly Message[] {
  return [...messages.slice(1 - SHOWN_MESSAGES), data]
}
