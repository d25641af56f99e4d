import type { ConnectOptions } from '../connect-options.ts'

/** Options of `EventSource`: that of the standard, and what a browser's own does not have. */
export interface EventSourceOptions extends Pick<ConnectOptions, 'headers' | 'fetch'> {
  /** Whether cookies go along to other origins. Default `false`. */
  readonly withCredentials?: boolean | undefined
}
