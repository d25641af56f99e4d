import { findRoom } from './room-list.ts'
import { MAX_NAME, MAX_TEXT } from './message.ts'

/** What a visitor wants to say. */
export interface Draft {
  readonly room: string
  readonly id: string
  readonly name: string
  readonly text: string
}

/** Reads a form, which may hold anything; a text instead of a draft says what is wrong with it. */
export function readForm(form: FormData): Draft | string {
  const [room, id, name, text] = ['room', 'id', 'name', 'text'].map((field) => textOf(form.get(field)))
  if (!room || !findRoom(room)) return 'There is no such room.'
  if (!id || !/^[\w-]{16,64}$/.test(id)) return 'This form is out of date. Load the page anew.'
  if (!name) return 'Say who you are: the name is empty.'
  if (name.length > MAX_NAME) return `A name has ${MAX_NAME} characters at the most.`
  if (!text) return 'There is nothing to send: the message is empty.'
  if (text.length > MAX_TEXT)
    return `A message has ${MAX_TEXT} characters at the most; this one has ${text.length}.`
  return { room, id, name, text }
}

/** The text of a field, without what could make it look like more than one, or like nothing. */
function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string'
    ? value.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069\s]+/gu, ' ').trim()
    : ''
}
