/** Who answers, as the first event of an answer says. */
export interface Author {
  /** The model's name, or that of the generator within the demo. */
  readonly name: string
  /** Whether it is the generator, which is no language model. */
  readonly embedded: boolean
}

/** The type of the event that names the author. All others are pieces of text. */
export const AUTHOR = 'author'

/** The longest question, in characters. */
export const MAX_PROMPT_LENGTH = 2000

/** What a page makes of an answer. */
export interface Answer {
  readonly author: Author | undefined
  readonly text: string
  /** How many pieces the text came in. */
  readonly pieces: number
}

/** Before the first event. */
export const emptyAnswer: Answer = { author: undefined, text: '', pieces: 0 }

/** Adds an event to an answer. */
export function addPiece(answer: Answer, { type, data }: { type: string; data: string }): Answer {
  if (type === AUTHOR) return { ...answer, author: JSON.parse(data) as Author }
  return { ...answer, text: answer.text + data, pieces: answer.pieces + 1 }
}
