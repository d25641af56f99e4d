import type { ConnectionStatus, ConnectOptions, GapItem } from '@millrace/client'
import type { EventStreamError } from '@millrace/core'
import type { Fold } from './define-fold.ts'

/** What a provider gives to the hooks below it. */
export interface EventStreamDefaults {
  /**
   * Headers of the request. Their values tell streams apart, so that a new token is a new connection; a function is asked at
   * each attempt instead, and then `scope` should name the user. Default none.
   */
  readonly headers?: ConnectOptions['headers']
  /** Whether cookies are sent, as for `fetch`. Default `'same-origin'`. */
  readonly credentials?: RequestCredentials | undefined
  /** What makes the requests. Does not tell streams apart. Default the global `fetch`. */
  readonly fetch?: ConnectOptions['fetch']
  /** Whose stream it is, such as a user's id: components of different scopes share nothing. Default none. */
  readonly scope?: string | undefined
  /**
   * How long the connection outlives a component, in milliseconds, so that StrictMode, a change of route or `<Activity>`
   * do not reconnect. Default 5000.
   */
  readonly lingerMs?: number | undefined
}

/**
 * Options of the connection, as for `connectEventStream`. They count as of the moment when it is made, and are those of the
 * mounted component that has been there longest.
 */
export type EventStreamConnectionOptions = Pick<
  ConnectOptions,
  'heartbeatMs' | 'isDone' | 'limits' | 'onUnauthorized' | 'reconnectionTimeMs' | 'resumeBy' | 'whenHidden'
>

/** Options of `useEventStream` that every form of it takes. */
export interface EventStreamOptions<Event> extends EventStreamDefaults, EventStreamConnectionOptions {
  /**
   * Whether to be connected. While `false` the status is `idle`, news render nothing, and behind `lingerMs` the data stays.
   * Default `true`.
   */
  readonly enabled?: boolean | undefined
  /** The method of the request; tells streams apart. Default `'GET'`; others are sent again only where that is safe. */
  readonly method?: string | undefined
  /** The body of the request, as text; tells streams apart. Default none. */
  readonly body?: string | undefined
  /**
   * Called outside render with each event, once and in order, while this component is mounted and visible. An error that it
   * throws is reported as uncaught and stops nothing.
   */
  readonly onEvent?: ((event: Event) => void) | undefined
  /** Called when events will not come; the fold goes on behind the hole, from a snapshot where the route has one. */
  readonly onGap?: ((gap: GapItem) => void) | undefined
  /**
   * When this component shows news: `'frame'`, with the next animation frame, at once after idle, and every 250 ms while the
   * document is hidden; `'chunk'`, whenever a chunk of the body was read; `'event'`, at each event. React makes one render of
   * what comes in one task. Default `'frame'`.
   */
  readonly flush?: 'frame' | 'chunk' | 'event' | undefined
}

/** Which events count. */
export interface EventTypesOptions<Type extends string> {
  /** The types of the events that count for `data`, `lastEvent` and `onEvent`. Default all. */
  readonly events?: readonly Type[] | undefined
}

/** What a component makes of the data. */
export interface SelectOptions<Data, Selected> {
  /**
   * Makes `data` of the state, or of the latest payload: `(board) => board[symbol]`. Called while rendering, once per state; what
   * it throws goes to the nearest error boundary. Default: `data` is the state.
   */
  readonly select?: ((data: Data) => Selected) | undefined
  /** Tells whether `data` may stay as it is, so that nothing is rendered. Default `Object.is`. */
  readonly isEqual?: ((before: Selected, after: Selected) => boolean) | undefined
}

/** Where a channel's stream is. */
export interface ChannelLocation {
  /** The URL of the channel's route; relative ones begin at the document's base. */
  readonly url: string | URL
}

/** How data becomes values. */
export interface ParseOptions<Data> {
  /** Makes a value of the text of an event's data. When it throws, the event is left out and `error` says so. */
  readonly parse: (text: string) => Data
}

/** What the type of a state that begins empty is taken for: `{}` and `[]` say nothing yet of what will be in them. */
export type EmptyState<Initial, IfArray, IfObject, Otherwise> = [Initial] extends [readonly never[]]
  ? IfArray
  : [Initial] extends [object]
    ? [keyof Initial] extends [never]
      ? IfObject
      : Otherwise
    : Otherwise

/** Which states can follow `initialValue`: those of its own type; where that is empty, any array or object. */
export type NextState<Initial> = EmptyState<Initial, readonly unknown[], object, Initial>

/** The state as a reducer gets it. Nothing is known of the members of one that began empty, so they fit any use. */
export type ReducerState<Initial> = EmptyState<Initial, Initial, Record<string, never>, Initial>

/**
 * The state that a fold comes to: the type of `initialValue`; where that is empty, what the reducer returns, if an empty one
 * can pass for it.
 */
export type FoldState<Initial, Next> = [Initial] extends [Next]
  ? EmptyState<Initial, Next, Next, Initial>
  : Initial

/** How events become a state. Among the options of a hook it belongs to the component: it begins and ends with it. */
export interface FoldOptions<Event, Initial, Next extends NextState<Initial>> {
  /** The state before the first event. Taken when the component is mounted, or the stream changes. */
  readonly initialValue: Initial
  /**
   * Makes the next state from the last one and an event. Runs once per event, in order, outside render. When it throws, the
   * state stays and `error` says so.
   */
  readonly reducer: (state: ReducerState<Initial>, event: Event) => Next
}

/** A fold that components share. */
export interface SharedFoldOptions<State, Event> {
  /** The fold, made by `defineFold` at module level. */
  readonly fold: Fold<State, Event>
}

/** A state that was read on the server, with the position that it contains. */
export interface InitialSnapshot<State> {
  /** The state of the fold. */
  readonly state: State
  /** The position that the state contains: the stream goes on behind it. */
  readonly lastEventId: string
}

/** The snapshot that a fold may begin with. */
export interface InitialSnapshotOptions<State> {
  /**
   * What the fold begins with instead of `initialValue`, on the server and in the browser, without a hole between. Taken when
   * the component is mounted; when the stream changes, only if it is another than the stream before was given. Other folds of
   * the same stream that have none begin with it as well, as with a snapshot of the route. Default none.
   */
  readonly initialSnapshot?: InitialSnapshot<State> | undefined
}

/**
 * What `useEventStream` returns: the same object until a member changes that the component has read. Whoever reads `data` alone
 * does not render when the status changes.
 */
export interface EventStreamResult<Data, Event> {
  /** The latest payload, or the state of the fold. */
  readonly data: Data
  /** The latest event that is part of `data`. */
  readonly lastEvent: Event | undefined
  /** Where the connection stands. `idle` on the server, where the first render of its markup follows, and while not enabled. */
  readonly status: ConnectionStatus
  /**
   * What is wrong: why the connection failed or waits; else why the last event that is missing from `data` was refused
   * (`invalid-data`), until `reconnect()` or a snapshot.
   */
  readonly error: EventStreamError | undefined
  /** Connects at once, for all components that share the connection; also after it failed, was done or closed. */
  readonly reconnect: () => void
  /** Ends the connection for all components that share it. */
  readonly close: () => void
}
