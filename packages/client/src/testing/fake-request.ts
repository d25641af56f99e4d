import { CURSOR_PARAMETER } from '@millrace/core/protocol'

/** A request that a fake source received. */
export interface FakeRequest {
  /** The URL, as it was asked for. */
  readonly url: string
  /** The method, in capitals. */
  readonly method: string
  /** The headers. */
  readonly headers: Headers
  /** The body, as it was given to `fetch`; `undefined` where there is none. */
  readonly body: BodyInit | undefined
  /** What the client resumes from: the header `Last-Event-ID`, or the query parameter `lastEventId`. Empty where there is neither. */
  readonly lastEventId: string
  /** Whether the client still waits for the answer, or can be sent more of it. */
  readonly isOpen: boolean
}

/** What of a request does not change any more. */
export type RecordedRequest = Omit<FakeRequest, 'isOpen'> & { readonly signal: AbortSignal | undefined }

/** Reads the arguments of `fetch`. */
export function recordRequest(input: string | URL | Request, init: RequestInit = {}): RecordedRequest {
  const request = input instanceof Request ? input : undefined
  const url = input instanceof Request ? input.url : input.toString()
  const headers = new Headers(init.headers ?? request?.headers)
  return {
    url,
    method: (init.method ?? request?.method ?? 'GET').toUpperCase(),
    headers,
    body: init.body ?? undefined,
    lastEventId: idInHeader(headers) || idInQuery(url),
    signal: init.signal ?? request?.signal,
  }
}

/** [spec 9.2.3] The header carries UTF-8, of which `Headers` makes one character for each byte. */
function idInHeader(headers: Headers): string {
  const value = headers.get('last-event-id') ?? ''
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(value, (character) => character.charCodeAt(0)),
  )
}

function idInQuery(url: string): string {
  return new URL(url, 'http://localhost').searchParams.get(CURSOR_PARAMETER) ?? ''
}
