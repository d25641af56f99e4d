import { countOf } from '../components/count-of.ts'
import { type Button, buttons } from './buttons.ts'
import { type Counts, plus, zero } from './counts.ts'

const MAX_LINES = 40

/** What happens on a stream, whichever client reads it. */
export type LedgerAction =
  | { readonly type: 'number'; readonly n: number; readonly replayed: boolean }
  /** The server says that events will not come; `missed` is `null` where it cannot know how many. */
  | { readonly type: 'gap'; readonly reason: string; readonly missed: number | null }
  | { readonly type: 'opened' }
  | { readonly type: 'lost' }
  /** The client will not try again by itself. */
  | { readonly type: 'stopped'; readonly why: string }
  | { readonly type: 'pressed'; readonly button: Button }
  /** The page was hidden, and is not given what passed meanwhile. */
  | { readonly type: 'looked-away' }

/** A line of the book. */
interface LedgerLine {
  readonly key: number
  readonly kind: 'event' | 'protocol' | 'trouble'
  readonly label: string
  readonly text: string
}

/** What a press of a button led to, between the counts at that time and those at the next press. */
export interface Press {
  readonly before: Counts
  readonly after?: Counts
}

/**
 * The book that is kept on a stream. It goes by the numbers in the events, and knows nothing of the client that brought
 * them: a number that was skipped is missing, whatever anybody says.
 */
export interface Ledger {
  readonly counts: Counts
  readonly first: number | undefined
  readonly last: number | undefined
  readonly isOpen: boolean
  /** What the server told of the hole to come; `null` for one that it cannot count. */
  readonly foretold: number | null
  /** Newest first. */
  readonly lines: readonly LedgerLine[]
  /** What the newest line is about, while it is about numbers in a row. */
  readonly run: { readonly from: number; readonly replayed: boolean } | undefined
  readonly presses: Partial<Readonly<Record<Button, Press>>>
  readonly pressed: Button | undefined
}

/** The book before anything happened. */
export const emptyLedger: Ledger = {
  counts: zero,
  first: undefined,
  last: undefined,
  isOpen: false,
  foretold: 0,
  lines: [],
  run: undefined,
  presses: {},
  pressed: undefined,
}

/** Enters one thing that happened. */
export function enter(ledger: Ledger, action: LedgerAction): Ledger {
  switch (action.type) {
    case 'number':
      return enterNumber(open(ledger), action)
    case 'gap':
      return enterGap(open(ledger), action)
    case 'opened':
      return open(ledger)
    case 'lost':
      if (!ledger.isOpen) return ledger
      return write(
        { ...count(ledger, { losses: 1 }), isOpen: false },
        { kind: 'protocol', label: 'lost', text: 'cut off, coming back' },
      )
    case 'stopped':
      return write(
        { ...count(ledger, { stops: 1 }), isOpen: false },
        { kind: 'trouble', label: 'stopped', text: action.why },
      )
    case 'pressed':
      return write(enterPress(ledger, action.button), {
        kind: 'protocol',
        label: 'you',
        text: buttons[action.button].label,
      })
    case 'looked-away':
      return emptyLedger
  }
}

/** What arrives may be ahead of the word that the connection is open. */
function open(ledger: Ledger): Ledger {
  if (ledger.isOpen) return ledger
  return write(
    { ...count(ledger, { openings: 1 }), isOpen: true },
    { kind: 'protocol', label: 'open', text: 'connected' },
  )
}

function enterNumber(
  ledger: Ledger,
  { n, replayed }: { readonly n: number; readonly replayed: boolean },
): Ledger {
  const { last } = ledger
  const received = count(ledger, { received: 1, replayed: replayed ? 1 : 0 })
  if (last !== undefined && n <= last)
    return write(count(received, { repeated: 1 }), {
      kind: 'trouble',
      label: 'repeat',
      text: `${n} came again`,
    })
  const next = enterHole(received, n)
  const from = next.run?.replayed === replayed ? next.run.from : n
  const text = from === n ? String(n) : `${from} to ${n}`
  // A run grows in its line.
  const others = from === n ? next : { ...next, lines: next.lines.slice(1) }
  const written = write(others, { kind: 'event', label: replayed ? 'replay' : 'live', text })
  return { ...written, first: next.first ?? n, last: n, run: { from, replayed } }
}

/** Enters the numbers between the last one and this one, if there are any. */
function enterHole(ledger: Ledger, n: number): Ledger {
  const missing = n - (ledger.last ?? n - 1) - 1
  const { foretold } = ledger
  const next = { ...ledger, foretold: 0 }
  if (missing === 0) return next
  const told = Math.min(missing, foretold ?? missing)
  const untold = missing - told
  const text = `${n - missing} to ${n - 1}, ${untold === 0 ? 'as told' : `${countOf(untold)} of them untold`}`
  return write(count(next, { missing, told }), {
    kind: untold === 0 ? 'protocol' : 'trouble',
    label: `${countOf(missing)} missing`,
    text,
  })
}

function enterGap(
  ledger: Ledger,
  { reason, missed }: { readonly reason: string; readonly missed: number | null },
): Ledger {
  const { foretold } = ledger
  const next = {
    ...count(ledger, { gaps: 1, announced: missed ?? 0 }),
    foretold: missed === null || foretold === null ? null : foretold + missed,
  }
  const text = `${reason}, ${missed === null ? 'which cannot be counted' : `${countOf(missed)} will not come`}`
  return write(next, { kind: 'protocol', label: 'gap', text })
}

function enterPress(ledger: Ledger, button: Button): Ledger {
  const { counts, pressed, presses } = ledger
  const earlier = pressed && presses[pressed]
  const ended = earlier && { [pressed]: { ...earlier, after: counts } }
  return { ...ledger, presses: { ...presses, ...ended, [button]: { before: counts } }, pressed: button }
}

function count(ledger: Ledger, more: Partial<Counts>): Ledger {
  return { ...ledger, counts: plus(ledger.counts, more) }
}

function write(ledger: Ledger, line: Omit<LedgerLine, 'key'>): Ledger {
  const key = (ledger.lines[0]?.key ?? 0) + 1
  const lines = [{ key, ...line }, ...ledger.lines].slice(0, MAX_LINES)
  return { ...ledger, lines, run: undefined }
}
