const SHOWN_CHARACTERS = 90

/** A text as far as a log shows it. */
export function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)} …`
}
