import type { ConnectionState, EventStreamConnection, GapItem } from '@millrace/client'
import { EventStreamError } from '@millrace/core'
import type { Transport } from './connect-stream.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import type { StreamEvent } from './fold.ts'

/** One who hears everything that a store receives, from joining to leaving. Its functions must not throw. */
export interface StreamMember {
  /** Whether its component is mounted and visible; it stays a member for a while after that. */
  readonly isMounted: boolean
  /** Hears the state that the connection starts with, which others brought along. */
  onStart(state: unknown): void
  /** Hears an event, once and in order. */
  onEvent(event: StreamEvent): void
  /** Hears a state that replaces what was folded. */
  onSnapshot(state: unknown): void
  /** Hears that events will not come. */
  onGap(gap: GapItem): void
  /** Hears that an event was refused and left out. */
  onInvalidData(error: EventStreamError): void
  /** Hears that somebody asked to reconnect: what was refused until then is no news any more. */
  onReconnect(): void
  /** Hears that it is time to show what it has heard. */
  onFlush(): void
  /** How its component wants requests to be made, as of now. */
  transport(): Transport
}

/** Opens a connection that goes on behind `lastEventId`, asking at each attempt how to make the request. */
export type Connect = (lastEventId: string, transport: () => Transport) => EventStreamConnection<StreamEvent>

/** Where to go on. */
export interface StartingPoint {
  /** The position; empty for wherever the stream is. */
  readonly lastEventId: string
  /** The state that the position contains, where it came along. */
  readonly state?: unknown
}

/** Wherever the stream is. */
export const ANYWHERE: StartingPoint = { lastEventId: '' }

/** What a store came to. Never changed, only replaced. */
export interface StreamStanding {
  /** Where the connection stands. */
  readonly state: ConnectionState
  /** The latest event. */
  readonly lastEvent: StreamEvent | undefined
}

/** One connection, shared: open as long as it has members. */
export interface StreamStore {
  /** As of now. */
  readonly latest: StreamStanding
  /** As of the last flush, which is what components show; the same object as `latest` when no flush is due. */
  readonly shown: StreamStanding
  /** The position: whoever was a member all along is complete up to here. */
  readonly lastEventId: string
  /** How many members there are. */
  readonly size: number
  /** Tells whether one who must go on from a position may join: it is there, or nothing was requested yet. */
  canStartAt(lastEventId: string): boolean
  /** Hears from now on. The first member opens the connection, once the current task is over. */
  join(member: StreamMember, from: StartingPoint): void
  /** Hears no more. The last member closes the connection. */
  leave(member: StreamMember): void
  /** Connects at once, also after the stream was closed, failed or done. */
  reconnect(): void
  /** Ends the connection for all members, until one of them reconnects. */
  close(): void
}

const CONNECTING: ConnectionState = { status: 'connecting', attempt: 1, reason: 'start' }

/** Makes a store. Nothing is requested before the first member joins. */
export function createStreamStore(connect: Connect, scheduler: FlushScheduler): StreamStore {
  const members = new Set<StreamMember>()
  let connection: EventStreamConnection<StreamEvent> | undefined
  let stopListening = (): void => undefined
  let latest: StreamStanding = { state: { status: 'idle' }, lastEvent: undefined }
  let shown = latest
  let start = ANYWHERE

  // A copy, since a member may join or leave while it hears, and must not hear the same event twice.
  const tell = (hear: (member: StreamMember) => void): void => [...members].forEach(hear)

  const isUndecided = (): boolean => !connection && start.lastEventId === ''
  const position = (): string => connection?.lastEventId ?? start.lastEventId

  // Asked of whoever has been there longest and still is: options of a component that left may be out of date.
  function transport(): Transport {
    const all = [...members]
    return (all.find(({ isMounted }) => isMounted) ?? all[0])?.transport() ?? {}
  }

  function flush(): void {
    shown = latest
    tell((member) => member.onFlush())
  }

  function change(
    news: Partial<StreamStanding>,
    hear: (member: StreamMember) => void = () => undefined,
  ): void {
    latest = { ...latest, ...news }
    tell(hear)
    scheduler.schedule(flush)
  }

  function open(): void {
    // The connection itself says so a moment later, too late for the render that asked.
    change({ state: CONNECTING }, (member) => {
      if ('state' in start) member.onStart(start.state)
    })
    try {
      connection = connect(start.lastEventId, transport)
    } catch (cause) {
      // Nobody called who could catch it.
      const error = new EventStreamError('misconfigured', 'the request cannot be made', { cause })
      change({ state: { status: 'failed', error } })
      return
    }
    stopListening = connection.subscribe({
      onEvent: (event) => change({ lastEvent: event }, (member) => member.onEvent(event)),
      onSnapshot: ({ data }) => change({}, (member) => member.onSnapshot(data.state)),
      onGap: (gap) => tell((member) => member.onGap(gap)),
      onInvalidData: (error) => change({}, (member) => member.onInvalidData(error)),
      onStateChange: (state) => change({ state }),
    })
  }

  function disconnect(): void {
    if (!connection) return
    start = { lastEventId: connection.lastEventId }
    stopListening()
    connection.close()
    connection = undefined
  }

  return {
    get size() {
      return members.size
    },
    get latest() {
      return latest
    },
    get shown() {
      return shown
    },
    get lastEventId() {
      return position()
    },
    canStartAt: (lastEventId) => lastEventId === '' || lastEventId === position() || isUndecided(),
    join(member, from) {
      members.add(member)
      if (isUndecided()) start = from
      if (latest.state.status !== 'idle') return
      latest = shown = { ...latest, state: CONNECTING }
      // Later, so that whoever joins in the same commit has a say in where to start, and StrictMode's double effects are over.
      queueMicrotask(() => {
        if (members.size > 0 && latest.state.status === 'connecting' && !connection) open()
      })
    },
    leave(member) {
      members.delete(member)
      if (members.size > 0) return
      disconnect()
      latest = { ...latest, state: { status: 'closed' } }
    },
    reconnect() {
      tell((member) => member.onReconnect())
      if (connection && connection.status !== 'done') {
        connection.reconnect()
      } else {
        disconnect()
        open()
      }
      flush()
    },
    close() {
      disconnect()
      change({ state: { status: 'closed' } })
      flush()
    },
  }
}
