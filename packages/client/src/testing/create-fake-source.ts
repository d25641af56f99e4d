import { encodeComment, encodeEvent, isChannel } from '@millrace/core'
import type { Channel, ChannelInput, InputOf } from '@millrace/core'
import type { OpenBlock } from '@millrace/core/protocol'
import { createAnswerPlan } from './fake-answer.ts'
import type { FakeAnswer } from './fake-answer.ts'
import { blocks } from './fake-blocks.ts'
import { createFakeLog } from './fake-log.ts'
import type { FakeStart } from './fake-log.ts'
import { createFakeServer } from './fake-server.ts'
import type { FakeExchange } from './fake-server.ts'
import type { FakeEvent, FakeSource } from './fake-source.ts'
import { bytesOf, streamOf } from './scripted-stream.ts'

/** Options of {@link createFakeSource} for a channel. */
export interface FakeChannelOptions {
  /**
   * How a response begins: by itself, as a Millrace server would open it (open, gap, snapshot, what was missed, live), or by
   * the hand of the test, which calls `open()` and what comes behind it. Default `'automatic'`.
   */
  readonly opening?: 'automatic' | 'manual' | undefined
  /** The state that fresh clients get, and those behind a gap, as of a route with a snapshot. Default: no snapshot. */
  readonly snapshot?: (() => unknown) | undefined
  /** Where clients begin that send no position. `'oldest'` replays all events so far. Default `'head'`. */
  readonly start?: FakeStart | undefined
  /** What is promised of heartbeats, in milliseconds. The source sends none by itself: `heartbeat()` does. Default 15,000. */
  readonly heartbeatMs?: number | undefined
  /** What is said of delivery. Default `'all'`. */
  readonly delivery?: OpenBlock['delivery'] | undefined
}

/**
 * Creates a fake Millrace channel. It opens each response as a server would, with positions that tests can foresee
 * (`prices.3.t3` is the third event), and a client that comes back gets what it missed.
 *
 * @param channel - The contract, made by `defineStream`; of a stream with parameters, one of its channels.
 * @throws {TypeError} If it is a stream whose parameters are missing.
 * @example
 * const source = createFakeSource(prices)
 * const connection = connectEventStream(prices, { url: '/api/prices', fetch: source.fetch })
 * source.emit({ type: 'tick', data: { symbol: 'ACME', price: 12.3 } })
 */
export function createFakeSource<C extends Channel<object, object>>(
  channel: C,
  options?: FakeChannelOptions,
): FakeSource<ChannelInput<InputOf<C>>>
/** Creates a fake server of any other event stream: nothing is sent but what the test sends. */
export function createFakeSource(): FakeSource<FakeEvent>
export function createFakeSource(channel?: Channel, options: FakeChannelOptions = {}): FakeSource<FakeEvent> {
  if (channel !== undefined && !isChannel(channel)) {
    throw new TypeError('createFakeSource: the channel must be made by defineStream, with its parameters')
  }
  const { heartbeatMs = 15_000, delivery = 'all', snapshot, start = 'head' } = options
  const opening = { delivery, heartbeatMs }
  const log = channel && createFakeLog(channel, { start, snapshot, opening })
  const isAutomatic = log && options.opening !== 'manual'
  const plan = createAnswerPlan()
  const server = createFakeServer({
    receive() {
      const answer = plan.take()
      return (exchange) => respond(exchange, answer)
    },
  })
  /** How many bytes the next response has, where nobody was connected when the cut was called for. */
  let cutsNextAfterBytes = Infinity

  function respond(exchange: FakeExchange, answer: FakeAnswer | undefined): Response {
    const { body, lastEventId } = exchange
    if (answer && ('status' in answer || 'error' in answer)) {
      exchange.status = 'refused'
      if ('error' in answer) throw answer.error
      return new Response(answer.body ?? null, answer)
    }
    exchange.status = 'answered'
    body.cut(cutsNextAfterBytes)
    cutsNextAfterBytes = Infinity
    if (answer && 'stream' in answer) {
      // What the test has written is for the test to know.
      exchange.isMillrace = true
      return streamOf(answer, body)
    }
    if (log && (answer || isAutomatic)) {
      exchange.isMillrace = true
      body.write(bytesOf(log.answer(lastEventId, answer && { missed: null, ...answer.gap })))
    }
    return streamOf({ stream: [] }, body)
  }

  function write(method: string, chunk: string | Uint8Array): void {
    for (const { body } of server.connected(method)) body.write(bytesOf(chunk))
  }

  /** Sends what means something only behind `millrace.open`. */
  function writeBlock(method: string, block: string): void {
    checkOpened(method, server.connected(method))
    write(method, block)
  }

  const { fetch, requests, settled, stall, flow } = server
  return {
    fetch,
    requests,
    settled,
    stall,
    flow,
    get latestRequest() {
      const latest = requests.at(-1)
      if (!latest) throw new Error('latestRequest: nothing was requested yet')
      return latest
    },

    emit(event) {
      const { type, data, id } = event
      if (!log) {
        write('emit', encodeEvent({ event: type, data, id }, { ids: 'any' }))
        return id ?? ''
      }
      checkOpened('emit', server.open)
      const entry = log.append(event)
      // Whoever is not there will ask for it.
      for (const { body } of server.open) body.write(bytesOf(entry.block))
      return entry.id
    },
    write: (chunk) => write('write', chunk),
    heartbeat: () => write('heartbeat', encodeComment('')),
    retry: (reconnectionTimeMs) => write('retry', encodeEvent({ retry: reconnectionTimeMs })),

    open(block) {
      const opened = server.connected('open')
      if (opened.some(({ isMillrace }) => isMillrace)) {
        throw new Error('open: millrace.open was sent already; with opening: "manual" the test sends it')
      }
      const data: OpenBlock = { resume: 'fresh', ...opening, ...block }
      // Nobody is complete while a gap is still to come.
      write('open', blocks.open(data, data.resume === 'gap' ? undefined : log?.head))
      for (const exchange of opened) exchange.isMillrace = true
    },
    gap: (block) => writeBlock('gap', blocks.gap({ reason: 'overflow', missed: null, ...block }, log?.head)),
    snapshot: (state) => writeBlock('snapshot', blocks.snapshot({ state }, log?.head)),
    live: () => writeBlock('live', blocks.live(log?.head)),
    end(reason = 'done') {
      const ended = server.connected('end')
      writeBlock('end', blocks.end({ reason }))
      for (const { body } of ended) body.close()
    },

    answer(answer, answerOptions = {}) {
      if ('gap' in answer && !log) throw new TypeError('answer: only a channel can open with a gap')
      plan.add(answer, answerOptions)
    },
    close() {
      for (const { body } of server.connected('close')) body.close()
    },
    cut({ afterBytes } = {}) {
      if (afterBytes !== undefined && !(Number.isInteger(afterBytes) && afterBytes >= 0)) {
        throw new RangeError(`cut: afterBytes must be a whole number from 0, received ${afterBytes}`)
      }
      if (afterBytes !== undefined && server.open.length === 0) cutsNextAfterBytes = afterBytes
      else for (const { body } of server.connected('cut')) body.cut(afterBytes ?? 0)
    },
  }
}

/** @throws {Error} If blocks of the protocol mean nothing on one of the responses. */
function checkOpened(method: string, exchanges: readonly FakeExchange[]): void {
  if (exchanges.every(({ isMillrace }) => isMillrace)) return
  throw new Error(`${method}: call open() first; before millrace.open this means nothing to a client`)
}
