import type { ParserLog } from './parser-log.ts'

/**
 * Parses a whole event stream, step by step as the standard writes it and with no thought of speed.
 *
 * It shares no code with the parser: where the two disagree, read the standard.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function referenceParse(stream: Uint8Array | string, initialLastEventId = ''): ParserLog {
  const log: ParserLog = []
  let text =
    typeof stream === 'string' ? stream : new TextDecoder('utf-8', { ignoreBOM: true }).decode(stream)
  if (text.startsWith('\uFEFF')) text = text.slice(1)

  // What follows the last line end is no line: end of file discards it.
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1)
  let lastEventId = initialLastEventId
  let idBuffer = initialLastEventId
  let hasId = false
  let data = ''
  let type = ''

  const processField = (name: string, value: string): void => {
    if (name === 'event') type = value
    if (name === 'data') data += `${value}\n`
    if (name === 'id' && !value.includes('\0')) {
      idBuffer = value
      hasId = true
    }
    if (name === 'retry' && /^[0123456789]+$/.test(value)) {
      log.push(['retry', Math.min(Number(value), Number.MAX_SAFE_INTEGER)])
    }
  }

  for (const line of lines) {
    if (line === '') {
      lastEventId = idBuffer
      if (hasId) log.push(['id', lastEventId])
      hasId = false
      if (data !== '') log.push(['event', type === '' ? 'message' : type, data.slice(0, -1), lastEventId])
      data = ''
      type = ''
    } else if (line.startsWith(':')) {
      log.push(['comment', line.startsWith(': ') ? line.slice(2) : line.slice(1)])
    } else if (line.includes(':')) {
      const colon = line.indexOf(':')
      const value = line.slice(colon + 1)
      processField(line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value)
    } else {
      processField(line, '')
    }
  }
  return log
}
