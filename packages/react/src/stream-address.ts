import type { ConnectOptions } from '@millrace/client'
import { isChannel, type Channel } from '@millrace/core'

/** Where a stream is, and for whom. */
export interface StreamAddress {
  /** Equal for addresses that share one connection: a text of all values that the response depends on. */
  readonly key: string
  /** What is asked for. The URL is absolute where there is a document to resolve it against. */
  readonly request: {
    readonly url: string
    readonly method: string
    readonly body: string | undefined
    readonly credentials: RequestCredentials
  }
}

/** The options that say where a stream is, and for whom. */
export interface AddressOptions extends Pick<ConnectOptions, 'headers' | 'credentials' | 'method'> {
  readonly channel?: Channel | undefined
  readonly url?: string | URL | undefined
  readonly body?: string | undefined
  readonly scope?: string | undefined
  /** Streams of other realms are others. Each provider with a `fetch` of its own is one. */
  readonly realm?: number | undefined
}

/**
 * Puts options into an address.
 *
 * @throws {TypeError} If there is no URL, or it cannot be parsed.
 */
export function streamAddress({
  channel,
  url: location,
  method = 'GET',
  body,
  scope,
  credentials = 'same-origin',
  headers,
  realm,
}: AddressOptions): StreamAddress {
  if (!location) throw new TypeError('url is missing')
  const base = globalThis.document?.baseURI
  // A fragment is no part of a request.
  const url = base ? new URL(location, base).href.replace(/#.*/, '') : `${location}`
  // Headers that a function makes are asked for again at each attempt, so they cannot tell streams apart: `scope` can.
  const fixedHeaders = typeof headers !== 'function' && [...new Headers(headers)]
  const request = { url, method, body, credentials }
  return { key: JSON.stringify([request, channel?.channel, scope, realm, fixedHeaders]), request }
}

/** The options with the source of a hook among them. */
export function withSource<Options extends object>(
  source: string | URL | Channel<object>,
  options: Options,
): Options & Pick<AddressOptions, 'channel' | 'url'> {
  // A channel that is not one of any events is of no use to types here.
  return isChannel(source) ? { ...options, channel: source } : { ...options, url: source as string | URL }
}
