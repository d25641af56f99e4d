import type { Announcement, LogEntry, LogPage, Position } from '@millrace/server'

/** An entry of a stream, as a script returns it: its id, and names and values in turn. */
type StreamEntry = readonly [id: string, fields: readonly string[]]

/** Reads what the script that reads returned. */
export function decodePage(reply: readonly unknown[]): LogPage {
  // Shaped by our own script.
  const [epoch, seq, tag, baseSeq, baseTag, bytes] = reply as readonly string[] as Six
  return {
    head: { epoch, seq: Number(seq), tag },
    base: { epoch, seq: Number(baseSeq), tag: baseTag },
    entries: (reply.slice(6) as readonly StreamEntry[]).map((entry) => decodeEntry(epoch, entry)),
    bytesToHead: Number(bytes),
  }
}

type Six = readonly [string, string, string, string, string, string]

/** Reads a position from the first three parts of a script's reply. */
export function decodePosition(reply: readonly unknown[]): Position {
  const [epoch, seq, tag] = reply as readonly [string, string, string]
  return { epoch, seq: Number(seq), tag }
}

/** Reads an announcement; `undefined` if some other program sent it. */
export function decodeAnnouncement(message: string): Announcement | undefined {
  const end = message.indexOf('\n')
  const [epoch, seqText, tag, previousTag, at, typeLength, id] = message
    .slice(0, end < 0 ? undefined : end)
    .split(' ')
  const seq = Number(seqText)
  if (!epoch || !tag || !Number.isSafeInteger(seq)) return undefined
  if (end < 0) return { kind: 'head', head: { epoch, seq, tag } }
  if (!previousTag || !typeLength) return undefined
  const dataStart = end + 1 + Number(typeLength)
  const type = message.slice(end + 1, dataStart)
  const entry = { epoch, seq, tag, previousTag, atMs: Number(at), type, data: message.slice(dataStart) }
  return { kind: 'entry', entry: freeze(entry, id) }
}

function decodeEntry(epoch: string, [streamId, fields]: StreamEntry): LogEntry {
  const field = (index: number): string => fields[2 * index + 1] ?? ''
  const entry = {
    epoch,
    seq: Number.parseInt(streamId, 10),
    tag: field(0),
    previousTag: field(1),
    atMs: Number(field(2)),
    type: field(6),
    data: field(8),
  }
  return freeze(entry, field(7))
}

function freeze(entry: LogEntry, id: string | undefined): LogEntry {
  return Object.freeze(id ? { ...entry, id } : entry)
}
