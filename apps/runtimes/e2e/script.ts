/** Waits for a call of `go()`. */
export const GO: Mark = { mark: 'go' }
/** Ends the body in good order. */
export const END: Mark = { mark: 'end' }
/** Breaks the connection off. */
export const CUT: Mark = { mark: 'cut' }

interface Mark {
  readonly mark: 'go' | 'end' | 'cut'
}

/** What a stream does next: sends text, or bytes, or lets so many milliseconds pass; or what the mark says. */
export type Step = string | readonly number[] | { readonly waitMs: number } | Mark

/** How one request is answered. Behind the last step the response stays open. */
export interface Answer {
  /** Default 200. */
  readonly status?: number
  /** Default the type of event streams, where the status is 200. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the body does. Default nothing, and an end in good order where the status is not 200. */
  readonly steps?: readonly Step[]
  /** Whether a comment of 2 kB comes first: WebKit holds back the first 1,024 bytes of a body. Default for status 200. */
  readonly isPadded?: boolean
}

/** The answers to the requests of a case, by their number; the last one is also that to all others. */
export type Script = readonly Answer[]

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string
  /** Path and query, behind the stream's own path. */
  readonly search: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The header `Last-Event-ID`, read as UTF-8; `null` where there was none. */
  readonly lastEventId: string | null
  readonly body: string
  /** When it came, in milliseconds of the server's clock. */
  readonly atMs: number
}
