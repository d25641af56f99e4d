import { readFileSync } from 'node:fs'
import type { EventStreamEvent } from '../src/event-stream-event.ts'

/** A row of `vectors/parser-vectors.json`; its README says what the columns mean. */
export interface ParserVector {
  readonly name: string
  readonly input?: string
  readonly inputHex?: string
  readonly chunksHex?: readonly string[]
  readonly expected: readonly EventStreamEvent[]
  readonly retry?: number | null
  readonly initialLastEventId?: string
  readonly finalLastEventId?: string
  readonly contentType?: string
}

const file = new URL('./vectors/parser-vectors.json', import.meta.url)

/** All rows, in the order of the file. */
// Our own file: what does not fit the type fails the tests that read it.
export const parserVectors = JSON.parse(readFileSync(file, 'utf8')) as readonly ParserVector[]

/** The stream of a row, as bytes. */
export function vectorBytes({ input, inputHex }: ParserVector): Uint8Array {
  return input === undefined ? hexBytes(inputHex ?? '') : new TextEncoder().encode(input)
}

/** Bytes written as hexadecimal digits. */
export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}
