import type { StreamParser } from '@millrace/core/protocol'

/** What is done around each chunk of a body. */
export interface ReadOptions {
  /** Ends the reading at once. */
  readonly signal: AbortSignal
  /** Resolves when more may be read. */
  readonly ready: () => Promise<unknown>
  /** Takes the text of a chunk. */
  readonly take: (text: string) => void
}

/** Opens the stream, and reads the body of its response to the end, or until the attempt is over. */
export async function readBody(
  { body }: Response,
  parser: StreamParser,
  { signal, ready, take }: ReadOptions,
): Promise<void> {
  // The parser takes off the byte order mark that a stream may begin with.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = body?.getReader()
  signal.addEventListener('abort', () => {
    // Where a listener ends the attempt, the rest of the chunk is dropped.
    parser.stop()
    cancel(reader)
  })
  for (;;) {
    await ready()
    const chunk = (await reader?.read())?.value
    if (!chunk || signal.aborted) return
    take(decoder.decode(chunk, { stream: true }))
  }
}

/** Cancels what is read no more. Whether its source minds concerns nobody. */
export function cancel(source: { readonly cancel: () => Promise<void> } | null | undefined): void {
  source?.cancel().catch(() => undefined)
}
