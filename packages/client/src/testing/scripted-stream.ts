import type { ScriptedAnswer } from './fake-answer.ts'
import type { FakeBody } from './fake-body.ts'

/** Answers with an event stream: what was scripted, and behind it whatever else is sent. */
export function streamOf({ stream, chunkBytes, ending, headers }: ScriptedAnswer, body: FakeBody): Response {
  for (const part of stream) {
    for (const chunk of chunksOf(bytesOf(part), chunkBytes)) body.write(chunk)
  }
  if (ending === 'close') body.close()
  else if (ending === 'cut') body.cut(0)
  const all = new Headers(headers)
  if (!all.has('content-type')) all.set('content-type', 'text/event-stream')
  return new Response(body.stream, { headers: all })
}

/** Text as UTF-8; bytes as a copy of their own. */
export function bytesOf(part: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.from(part)
}

function chunksOf(bytes: Uint8Array<ArrayBuffer>, chunkBytes = bytes.length): Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    chunks.push(bytes.subarray(start, start + chunkBytes))
  }
  return chunks
}
