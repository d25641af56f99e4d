import type { EventStreamConnection, GapItem } from '@millrace/client'
import { EventStreamError } from '@millrace/core'
import { connectStream, type Transport } from './connect-stream.ts'
import { scheduler } from './flush-scheduler.ts'
import {
  catchUp,
  changeFold,
  CONNECTING,
  createFold,
  replaceState,
  takeEvent,
  type RunningFold,
  type ViewState,
} from './fold.ts'
import { MAX_TYPES } from './policy.ts'
import type { StreamEvent } from './read-event.ts'
import type { StreamAddress } from './stream-address.ts'

/** When a component shows news besides with each frame: at the end of each chunk of the body, or at each event. */
export type FlushMode = 'frame' | 'chunk' | 'event'

/** Where to go on. */
export interface StartingPoint {
  /** The position; empty for wherever the stream is. */
  readonly lastEventId: string
  /** The state that the position contains, where it came along. */
  readonly state?: unknown
}

/** One who hears what a store receives, from joining to leaving. Its functions must not throw. */
export interface StreamMember {
  /** How its component wants requests to be made and news to be shown, as of its latest committed render. */
  readonly options: Transport & { readonly flush?: FlushMode | undefined }
  /** Tells React of news, while its component is mounted and visible; it stays a member for a while after that. */
  readonly notify: (() => void) | undefined
  /** Its fold. Where another one of that identity runs already, joining puts that in its place. */
  fold: RunningFold
  /** What the fold is known by: a definition that several members share, or the fold itself. */
  readonly foldId: object
  /** Where its fold goes on; nothing for one that is new. */
  readonly from: StartingPoint | undefined
  /** Hears an event, once and in order, after all folds. */
  readonly onEvent: (event: StreamEvent) => void
  /** Hears that events will not come. */
  readonly onGap: (gap: GapItem) => void
}

/** One connection, shared: open as long as it has members. */
export interface StreamStore {
  /** The key of its stream. */
  readonly key: string
  /** Who hears. */
  readonly members: ReadonlySet<StreamMember>
  /** The folds that run, by what they are known by. One that is shared runs until the store is closed. */
  readonly folds: Map<object, RunningFold>
  /** The latest event of each type as it came, in order of arrival, and where the connection stands. */
  readonly raw: RunningFold
  /** Tells whether a member's fold would be complete here. */
  canTake(member: StreamMember): boolean
  /** Hears from now on. The connection is opened once the task of the first member is over. */
  join(member: StreamMember): void
  /** Hears no more. The last member closes the connection. Returns where to go on. */
  leave(member: StreamMember): StartingPoint
  /** Connects at once, also after the stream was closed, failed or done. */
  reconnect(): void
  /** Ends the connection for all members, until one of them reconnects. */
  close(): void
}

/** Keeps the latest event of each type. */
function keepLatest(events: unknown, event: StreamEvent): readonly StreamEvent[] {
  // The state of this fold is what it returned before.
  const others = (events as readonly StreamEvent[]).filter(({ type }) => type !== event.type)
  return [...others, event].slice(-MAX_TYPES)
}

/**
 * Makes a store, which somebody is about to join.
 *
 * @param onChange - Called after members have shown what came, and after the last of them has left.
 */
export function createStreamStore(address: StreamAddress, onChange: () => void): StreamStore {
  const members = new Set<StreamMember>()
  const raw = createFold(() => ({ reducer: keepLatest }), [])
  const folds = new Map<object, RunningFold>([[raw, raw]])
  let connection: EventStreamConnection<StreamEvent> | undefined
  let start: StartingPoint = { lastEventId: '' }
  let hasSnapshots = false
  /** Whether events are missing that no snapshot has made up for. */
  let hasHole = false

  // Copies, since a member or a fold may join or leave in the meantime, and must not hear the same event twice.
  const tell = (hear: (member: StreamMember) => void): void => [...members].forEach(hear)
  const foldAll = (take: (fold: RunningFold) => void): void => [...folds.values()].forEach(take)
  const position = (): string => connection?.lastEventId ?? start.lastEventId
  const isUndecided = (): boolean => !connection && !start.lastEventId

  // Asked of whoever has been there longest and still is: options of a component that left may be out of date.
  function transport(): Transport {
    const all = [...members]
    return (all.find(({ notify }) => notify) ?? all[0])?.options ?? {}
  }

  function flush(): void {
    foldAll((fold) => {
      fold.shown = fold.latest
    })
    tell((member) => member.notify?.())
    onChange()
  }

  function flushAtOnce(mode: FlushMode): void {
    tell(({ options, notify }) => {
      if (options.flush === mode) notify?.()
    })
  }

  function changeAll(take: (fold: RunningFold) => void): void {
    foldAll(take)
    scheduler.schedule(flush)
  }

  function setState(state: ViewState): void {
    changeAll((fold) => changeFold(fold, { state }))
  }

  function end(status: 'failed' | 'closed', error?: EventStreamError): void {
    disconnect()
    setState({ status, error })
  }

  function open(): void {
    tell(({ from, fold }) => {
      if (!from && 'state' in start) replaceState(fold, start.state)
    })
    // The connection itself says so a moment later, too late for the render that asked.
    setState(CONNECTING)
    try {
      connection = connectStream(address, position(), transport)
    } catch (cause) {
      // Nobody called who could catch it.
      return end('failed', new EventStreamError('misconfigured', String(cause), { cause }))
    }
    connection.subscribe({
      onEvent(event) {
        changeAll((fold) => {
          const error = takeEvent(fold, event)
          if (error) end('failed', error)
        })
        tell((member) => member.onEvent(event))
        flushAtOnce('event')
      },
      onSnapshot({ data: { state } }) {
        hasSnapshots = true
        hasHole = false
        changeAll((fold) => {
          if (fold !== raw) replaceState(fold, state)
        })
      },
      onGap(gap) {
        hasHole = true
        tell((member) => member.onGap(gap))
      },
      onChunkEnd: () => flushAtOnce('chunk'),
      onStateChange(state) {
        // That of one that was let go of is no news.
        if (connection) setState(state)
      },
    })
  }

  function disconnect(): void {
    const left = connection
    start = { lastEventId: position() }
    connection = undefined
    left?.close()
  }

  // Later, so that whoever joins in the same commit has a say in where to start, and StrictMode's double effects are over. An
  // effect may have closed it by then, or the last member left.
  queueMicrotask(() => {
    if (raw.latest.state === CONNECTING && !connection) open()
  })

  return {
    key: address.key,
    members,
    folds,
    raw,
    canTake({ from, fold, foldId }) {
      // The latest payload is as good from whoever received it. A fold of a component sees what comes from now on, one that is
      // shared begins with the snapshot of its route, which comes first.
      const isAtHome = !fold.rules().reducer || folds.has(foldId) || isUndecided()
      // A page that was read anew goes on from what is missing here.
      if (hasHole && from && 'state' in from) return false
      return isAtHome || (from ? from.lastEventId === position() : foldId === fold || !hasSnapshots)
    },
    join(member) {
      const { fold, foldId, from } = member
      members.add(member)
      if (from && isUndecided()) start = from
      const running = folds.get(foldId)
      if (running) {
        member.fold = running
      } else {
        folds.set(foldId, fold)
        catchUp(fold, raw.latest)
        // Where a flush is due, the others do not show the news yet either.
        if (raw.shown === raw.latest) fold.shown = fold.latest
      }
    },
    leave(member) {
      members.delete(member)
      folds.delete(member.fold)
      // What comes of it is told later: this may be a commit, and components must not be told of news in one.
      if (!members.size) end('closed')
      return { lastEventId: position() }
    },
    reconnect() {
      foldAll((fold) => changeFold(fold, { error: undefined }))
      if (connection) connection.reconnect()
      else open()
      flush()
    },
    close: () => end('closed'),
  }
}
