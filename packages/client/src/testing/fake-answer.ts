import type { GapReason } from '@millrace/core/protocol'

/** How a request is answered, if not by opening a stream as the source does by itself. */
export type FakeAnswer = RefusingAnswer | ScriptedAnswer | GapAnswer | ErrorAnswer

/** An answer that is no stream: 503, 401, 204, or 200 with something else in it. */
export interface RefusingAnswer {
  /** The status: 200 to 599. */
  readonly status: number
  /** The headers. Default none. */
  readonly headers?: HeadersInit
  /** The body. Default none. */
  readonly body?: string
}

/** An event stream of chunks that the test has written. */
export interface ScriptedAnswer {
  /** What is sent at once, as on the wire; `encodeEvent` writes events. */
  readonly stream: readonly (string | Uint8Array)[]
  /** How large a chunk is at most, in bytes: 1 puts a border everywhere, and into characters too. Default: as given. */
  readonly chunkBytes?: number
  /** How it goes on behind that: open, so that more can be sent, ended in good order, or broken off. Default `'open'`. */
  readonly ending?: 'open' | 'close' | 'cut'
  /** Headers besides the type. Default none. */
  readonly headers?: HeadersInit
}

/** A stream of a channel that opens with a gap, and goes on at the head: with the snapshot, where there is one. */
export interface GapAnswer {
  /** What is told of the gap. */
  readonly gap: {
    /** Why events will not come. */
    readonly reason: GapReason
    /** How many. Default `null`: nobody knows, as before every snapshot. */
    readonly missed?: number | null
  }
}

/** No answer: `fetch` rejects, as it does where a server cannot be reached. */
export interface ErrorAnswer {
  /** What it rejects with: a `TypeError`, where a platform's own does. */
  readonly error: unknown
}

/** How many of the next requests an answer is for. */
export interface AnswerOptions {
  /** How many: a whole number, or `Infinity`. Default 1. */
  readonly times?: number
}

/** Answers that are planned, in order. */
export interface AnswerPlan {
  /** Puts an answer behind those that are planned. */
  add(answer: FakeAnswer, options: AnswerOptions): void
  /** Takes the answer to the next request; `undefined` where none is planned. */
  take(): FakeAnswer | undefined
}

/** Creates a plan without an answer. */
export function createAnswerPlan(): AnswerPlan {
  const planned: { readonly answer: FakeAnswer; times: number }[] = []
  return {
    add(answer, { times = 1 }) {
      check(answer)
      if (times !== Infinity && !(Number.isInteger(times) && times > 0)) {
        throw new RangeError(`answer: times must be a whole number from 1, or Infinity; received ${times}`)
      }
      planned.push({ answer, times })
    },
    take() {
      const [next] = planned
      if (next && --next.times === 0) planned.shift()
      return next?.answer
    },
  }
}

function check(answer: FakeAnswer): void {
  if ('status' in answer) {
    const { status } = answer
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`answer: status must be 200 to 599, received ${status}`)
    }
  } else if ('stream' in answer) {
    const { chunkBytes = 1 } = answer
    if (!Number.isInteger(chunkBytes) || chunkBytes < 1) {
      throw new RangeError(`answer: chunkBytes must be a whole number from 1, received ${chunkBytes}`)
    }
  } else if (!('gap' in answer || 'error' in answer)) {
    throw new TypeError('answer: one of status, stream, gap and error is needed')
  }
}
