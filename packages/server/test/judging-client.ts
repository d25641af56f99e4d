import { createParser } from '@millrace/core'
import { type Cursor, type GapBlock, parseCursor } from '@millrace/core/protocol'

/** What a client was found to have been promised and not given. */
export interface Verdict {
  lost: number
  repeated: number
  outOfOrder: number
  gapsWrong: number
  gapsUnneeded: number
  gapsTold: number
  deliveries: number
  cuts: number
}

/** What the client is judged by, independent of the server: the acknowledged publishes. */
export interface PublishedLog {
  /** Number of the entry at a sequence number, as acknowledged; `undefined` if it was not (yet). */
  readonly numberAt: (seq: number) => number | undefined
  /** The highest sequence number that was handed to `publish` so far. */
  readonly issued: () => number
  /** Entries of history that are always kept. */
  readonly kept: number
  /** Whether this client may see an entry; everything by default. */
  readonly passes?: (n: number) => boolean
}

/** Connects with a cursor; gives up at will by cancelling. */
export type Connect = (lastEventId: string) => Promise<ReadableStream<Uint8Array>>

/**
 * A client that knows the protocol by `docs/protocol.md` alone, and judges every block by an independent log.
 *
 * It shares the parser with the server's package and nothing else.
 */
export class JudgingClient {
  readonly verdict: Verdict = nothingFound()
  /** The state, where the route has snapshots: the highest number contained. */
  state: number | undefined
  readonly #log: PublishedLog
  #lastEventId = ''
  /** Everything up to here was seen, or told of as missing. */
  #completeTo: number | undefined
  #isSnapshotDue = false
  #opened = ''

  constructor(log: PublishedLog) {
    this.#log = log
  }

  /** The sequence number that the client is complete to. */
  get completeTo(): number | undefined {
    return this.#completeTo
  }

  /** Reads one response, at most `maxBytes` of it, in chunks cut anywhere, and then goes away. */
  async read(
    connect: Connect,
    { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal },
  ): Promise<void> {
    const body = await connect(this.#lastEventId)
    const reader = body.getReader()
    const parser = createParser({
      lastEventId: this.#lastEventId,
      onId: (id) => void (this.#lastEventId = id),
      onEvent: (event) => this.#judge(event.type, event.data),
    })
    const onAbort = (): void => void reader.cancel().catch(() => undefined)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    let left = maxBytes
    try {
      while (left > 0) {
        const { done, value } = await reader.read()
        if (done) return
        parser.feed(value.subarray(0, left))
        left -= value.length
      }
      this.verdict.cuts++
    } finally {
      signal?.removeEventListener('abort', onAbort)
      // A cut in the middle of a block: what was not whole never happened.
      parser.end()
      await reader.cancel().catch(() => undefined)
    }
  }

  /** Counts what is missing between the client and the end of the log. */
  finish(lastSeq: number): void {
    this.#countLost((this.#completeTo ?? lastSeq) + 1, lastSeq)
  }

  #judge(type: string, data: string): void {
    const cursor = parseCursor(this.#lastEventId)
    if (type === 'millrace.open') return this.#open(data, cursor)
    if (type === 'millrace.gap') return this.#gap(JSON.parse(data) as GapBlock, cursor)
    if (type === 'millrace.snapshot') return this.#snapshot(JSON.parse(data) as { state: number }, cursor)
    if (!cursor) return void this.verdict.gapsWrong++
    if (type === 'millrace.live' || type === 'millrace.heartbeat') return this.#moveOn(cursor.seq)
    this.verdict.deliveries++
    this.#entry(cursor.seq, (JSON.parse(data) as { n: number }).n)
  }

  #open(data: string, cursor: Cursor | undefined): void {
    this.#opened = (JSON.parse(data) as { resume: string }).resume
    this.#isSnapshotDue = false
    if (this.#opened === 'fresh' && cursor && this.#completeTo === undefined) this.#completeTo = cursor.seq
    // No id is told that is not true: a resume opens where the client is, and never further on.
    if (this.#opened === 'resumed' && cursor?.seq !== this.#completeTo) this.verdict.gapsWrong++
  }

  #gap({ reason, missed }: GapBlock, cursor: Cursor | undefined): void {
    this.verdict.gapsTold++
    const completeTo = this.#completeTo ?? 0
    if (reason !== 'trimmed' && reason !== 'too-many') this.verdict.gapsUnneeded++
    // A gap is needed once the entry behind the cursor can no longer be among those that are kept.
    if (reason === 'trimmed' && completeTo + 1 > this.#log.issued() - this.#log.kept)
      this.verdict.gapsUnneeded++
    if (missed === null) {
      this.#isSnapshotDue = true
      return
    }
    if (!cursor || cursor.seq - completeTo !== missed) this.verdict.gapsWrong++
    this.#completeTo = completeTo + missed
  }

  #snapshot({ state }: { state: number }, cursor: Cursor | undefined): void {
    if (!cursor || this.#opened === 'resumed') return void this.verdict.gapsWrong++
    if (this.#opened === 'gap' && !this.#isSnapshotDue) this.verdict.gapsWrong++
    // The state must contain everything up to its position.
    const contained = this.#log.numberAt(cursor.seq)
    if (contained !== undefined && state < contained) this.verdict.lost++
    this.state = state
    this.#isSnapshotDue = false
    this.#completeTo = cursor.seq
  }

  #entry(seq: number, n: number): void {
    if (this.#isSnapshotDue) this.verdict.gapsWrong++
    const expected = (this.#completeTo ?? seq - 1) + 1
    if (seq < expected) this.verdict.repeated++
    else {
      this.#countLost(expected, seq - 1)
      const acknowledged = this.#log.numberAt(seq)
      if (acknowledged !== undefined && acknowledged !== n) this.verdict.outOfOrder++
      this.#completeTo = seq
      if (this.state !== undefined) this.state = Math.max(this.state, n)
    }
  }

  #moveOn(seq: number): void {
    if (this.#completeTo !== undefined) this.#countLost(this.#completeTo + 1, seq)
    this.#completeTo = Math.max(this.#completeTo ?? 0, seq)
  }

  /** Entries that a client was carried past: lost, unless its filter holds them back. */
  #countLost(from: number, to: number): void {
    for (let seq = from; seq <= to; seq++) {
      const n = this.#log.numberAt(seq)
      if (n === undefined || (this.#log.passes?.(n) ?? true)) this.verdict.lost++
    }
  }
}

function nothingFound(): Verdict {
  return {
    lost: 0,
    repeated: 0,
    outOfOrder: 0,
    gapsWrong: 0,
    gapsUnneeded: 0,
    gapsTold: 0,
    deliveries: 0,
    cuts: 0,
  }
}

/** Adds up what was found of many clients. */
export function sumOf(verdicts: readonly Verdict[]): Verdict {
  const sum: Verdict = nothingFound()
  for (const verdict of verdicts) {
    for (const key of Object.keys(sum) as Array<keyof Verdict>) sum[key] += verdict[key]
  }
  return sum
}
