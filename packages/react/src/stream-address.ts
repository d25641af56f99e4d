import type { ConnectOptions } from '@millrace/client'
import { isChannel, type Channel } from '@millrace/core'

/** Where a stream is, and for whom. */
export interface StreamAddress {
  /** Equal for addresses that share one connection: a text of all values that the response depends on. */
  readonly key: string
  /** The URL, absolute where there is a document to resolve it against. */
  readonly url: string
  /** The contract, for streams that have one. */
  readonly channel: Channel | undefined
  /** Whether cookies are sent. */
  readonly credentials: RequestCredentials
}

/** The options that say where a stream is, and for whom. */
export interface AddressOptions extends Pick<ConnectOptions, 'headers' | 'credentials'> {
  readonly url?: string | URL | undefined
  readonly scope?: string | undefined
}

/**
 * Puts a hook's arguments into an address.
 *
 * @throws {TypeError} If there is no URL, or it cannot be parsed.
 */
export function streamAddress(
  source: string | URL | Channel<object>,
  options: AddressOptions,
): StreamAddress {
  const channel = isChannel(source) ? source : undefined
  const url = resolveUrl(channel ? options.url : (source as string | URL))
  const { scope, credentials = 'same-origin', headers } = options
  // Headers that a function makes are asked for again at each attempt, so they cannot tell streams apart: `scope` can.
  const fixedHeaders = typeof headers === 'function' ? undefined : [...new Headers(headers)]
  const key = JSON.stringify([url, channel?.channel, scope, credentials, fixedHeaders])
  return { key, url, channel, credentials }
}

function resolveUrl(url: string | URL | undefined): string {
  if (!url) throw new TypeError(`useEventStream: url must be a URL; got ${JSON.stringify(url)}`)
  if (typeof document === 'undefined') return String(url)
  const resolved = new URL(String(url), document.baseURI)
  // No part of a request.
  resolved.hash = ''
  return resolved.href
}
