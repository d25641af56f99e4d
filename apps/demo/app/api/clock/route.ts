// An event stream as people write it by hand, with nothing of Millrace: it stands for everybody else's server.

const BEAT_MS = 500
/** Like many a server and proxy, it hangs up now and then without a word. */
const BEATS = 6
const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' }

export function GET(request: Request): Response {
  const after = Number(request.headers.get('Last-Event-ID') ?? 0) || 0
  let timer: NodeJS.Timeout
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder()
      const write = (text: string): void => controller.enqueue(encoder.encode(text))
      write('retry: 500\n: a clock\n\n')
      let beats = 0
      timer = setInterval(() => {
        beats++
        write(`id: ${after + beats}\ndata: ${new Date().toISOString()}\n\n`)
        if (beats < BEATS) return
        clearInterval(timer)
        controller.close()
      }, BEAT_MS)
    },
    cancel: () => clearInterval(timer),
  })
  return new Response(body, { headers })
}

// Next would call GET, and never read what it began.
export function HEAD(): Response {
  return new Response(null, { headers })
}
