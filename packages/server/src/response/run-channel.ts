import { formatCursor } from '@millrace/core/protocol'
import {
  type JoinOptions,
  type Membership,
  type OpenedChannel,
  NOT_A_MEMBER,
  followChannel,
} from '../channel/join-channel.ts'
import { retryFrame } from '../channel/protocol-frames.ts'
import type { SessionReader } from '../channel/session-reader.ts'
import type { SharedRead } from '../channel/snapshot.ts'
import { reportError } from '../hub/hub-observer.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { spreadOver } from './event-stream-headers.ts'
import { openInTime } from './open-in-time.ts'

interface RunOptions {
  readonly parts: HubParts
  readonly join: JoinOptions
  readonly snapshot: SharedRead | undefined
}

/** Feeds a session from its channel until it ends. What fails meanwhile ends it as `unavailable`, to come back later. */
export async function runChannel(reader: SessionReader, options: RunOptions): Promise<void> {
  const { parts, join, snapshot } = options
  const { drainMs, observer } = parts.options
  try {
    const opened = await openInTime(join, reader.session)
    if (!opened || reader.hasEnded) return
    const membership = await (snapshot && opened.opening.resume !== 'resumed'
      ? followBehindSnapshot(reader, { parts, join, snapshot, opened })
      : followAt(reader, { join, opened }))
    reader.leaveAtEnd(membership)
    if (reader.canPause) await followOn(reader, join, membership)
  } catch (error) {
    if (!reader.hasEnded) reportError(observer, error)
    reader.session.end('unavailable', retryFrame(spreadOver(drainMs)))
  }
}

/** Has a client that falls behind read the log, again and again, until it ends. */
async function followOn(reader: SessionReader, join: JoinOptions, first: Membership): Promise<void> {
  let membership = first
  while (!reader.hasEnded) {
    await reader.whenPaused()
    membership.leave()
    membership = await followAgain(reader, join)
    reader.leaveAtEnd(membership)
  }
}

/** Goes on where the client is told that the stream opens. */
function followAt(
  reader: SessionReader,
  { join, opened }: { readonly join: JoinOptions; readonly opened: OpenedChannel },
): Promise<Membership> {
  reader.onOpen(opened.opening)
  return followChannel(reader, { ...join, from: opened.opening.from, page: opened.page })
}

/** Goes on behind a state that stands in for what came before it; to a client that resumes there is nothing to replace. */
async function followBehindSnapshot(
  reader: SessionReader,
  {
    parts,
    join,
    snapshot,
    opened,
  }: RunOptions & { readonly snapshot: SharedRead; readonly opened: OpenedChannel },
): Promise<Membership> {
  reader.onOpenBeforeSnapshot(opened.opening)
  await reader.ready()
  const placed = await parts.snapshots.place(snapshot, { ...join, page: opened.page })
  if (!reader.hasEnded) reader.onSnapshot(placed)
  return followChannel(reader, { ...join, from: placed.next.opening.from, page: placed.next.page })
}

/** Reads the log on from where a paused client is, once it has taken all it was given, until it is live again. */
async function followAgain(reader: SessionReader, join: JoinOptions): Promise<Membership> {
  await reader.ready()
  if (reader.hasEnded || !reader.position) return NOT_A_MEMBER
  const here = { ...join, lastEventId: formatCursor(reader.position) }
  const opened = await openInTime(here, reader.session)
  if (!opened || reader.hasEnded) return NOT_A_MEMBER
  const { opening, page } = opened
  // Trimmed under a client this slow, or broken otherwise: the client returns, and is told which.
  if (opening.resume === 'gap') return (reader.onBreak(), NOT_A_MEMBER)
  reader.goOn()
  return followChannel(reader, { ...join, from: opening.from, page })
}
