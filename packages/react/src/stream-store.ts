import type { ConnectionState, EventStreamConnection, GapItem } from '@millrace/client'
import type { EventStreamError } from '@millrace/core'
import { END } from '@millrace/core/protocol'
import type { Transport } from './connect-stream.ts'
import type { StreamEvent } from './fold.ts'

/** One who hears everything that a store receives, from joining to leaving. Its functions must not throw. */
export interface StreamMember {
  /** Hears an event, once and in order. */
  onEvent(event: StreamEvent): void
  /** Hears a state that replaces what was folded. */
  onSnapshot(state: unknown): void
  /** Hears that events will not come. */
  onGap(gap: GapItem): void
  /** Hears that an event was refused and left out. */
  onInvalidData(error: EventStreamError): void
  /** Hears that the connection's state changed. */
  onStateChange(): void
  /** How its component wants requests to be made, as of now. */
  transport(): Transport
}

/** Opens a connection that goes on behind `lastEventId`, asking at each attempt how to make the request. */
export type Connect = (lastEventId: string, transport: () => Transport) => EventStreamConnection<StreamEvent>

/** One connection, shared: open as long as it has members. */
export interface StreamStore {
  /** Where the connection stands. */
  readonly state: ConnectionState
  /** The latest event. */
  readonly lastEvent: StreamEvent | undefined
  /** The position: whoever was a member all along is complete up to here. */
  readonly lastEventId: string
  /** How many members there are. */
  readonly size: number
  /** Goes on from a position, if it is there already or nothing was requested yet. Tells whether it does. */
  startAt(lastEventId: string): boolean
  /** Hears from now on. The first member opens the connection, once the current task is over. */
  join(member: StreamMember): void
  /** Hears no more. The last member closes the connection. */
  leave(member: StreamMember): void
  /** Connects at once, also after the stream was closed, failed or done. */
  reconnect(): void
  /** Ends the connection for all members, until one of them reconnects. */
  close(): void
}

const CONNECTING: ConnectionState = { status: 'connecting', attempt: 1, reason: 'start' }

/** Makes a store. Nothing is requested before the first member joins. */
export function createStreamStore(connect: Connect): StreamStore {
  const members = new Set<StreamMember>()
  let connection: EventStreamConnection<StreamEvent> | undefined
  let stopListening = (): void => undefined
  let state: ConnectionState = { status: 'idle' }
  let lastEvent: StreamEvent | undefined
  let start = ''

  // A copy, since a member may join or leave while it hears, and must not hear the same event twice.
  const tell = (hear: (member: StreamMember) => void): void => [...members].forEach(hear)

  const position = (): string => connection?.lastEventId ?? start

  // Asked of whoever has been there longest: options of a component that left may be out of date.
  function transport(): Transport {
    for (const member of members) return member.transport()
    return {}
  }

  function setState(next: ConnectionState): void {
    state = next
    tell((member) => member.onStateChange())
  }

  function open(): void {
    connection = connect(start, transport)
    stopListening = connection.subscribe({
      onEvent: (event) => {
        lastEvent = event
        tell((member) => member.onEvent(event))
      },
      onSnapshot: ({ data }) => tell((member) => member.onSnapshot(data.state)),
      onGap: (gap) => tell((member) => member.onGap(gap)),
      onInvalidData: (error) => tell((member) => member.onInvalidData(error)),
      onStateChange: setState,
    })
    // The connection itself says so a moment later, too late for the render that asked.
    setState(CONNECTING)
  }

  function disconnect(): void {
    if (!connection) return
    // The id of `millrace.end` is answered by "there is no more": going on from it would get nothing.
    start = connection.lastEventId === END ? '' : connection.lastEventId
    stopListening()
    connection.close()
    connection = undefined
  }

  return {
    get size() {
      return members.size
    },
    get state() {
      return state
    },
    get lastEvent() {
      return lastEvent
    },
    get lastEventId() {
      return position()
    },
    startAt(lastEventId) {
      if (!connection && start === '') start = lastEventId
      return position() === lastEventId
    },
    join(member) {
      members.add(member)
      if (state.status !== 'idle') return
      state = CONNECTING
      // Later, so that whoever joins in the same commit has a say in where to start, and StrictMode's double effects are over.
      queueMicrotask(() => {
        if (members.size > 0 && state.status === 'connecting' && !connection) open()
      })
    },
    leave(member) {
      members.delete(member)
      if (members.size > 0) return
      disconnect()
      state = { status: 'closed' }
    },
    reconnect() {
      if (connection && connection.status !== 'done') {
        connection.reconnect()
        return
      }
      disconnect()
      open()
    },
    close() {
      disconnect()
      setState({ status: 'closed' })
    },
  }
}
