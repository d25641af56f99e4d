import type { ClientFindings, StoryJudge } from './client-findings.ts'
import type { Branch, ChannelLines } from './lines.ts'
import { type Position, keyOf, positionOf } from './position.ts'
import type { EventHappening, Happening } from './records.ts'
import { type HistoryRules, type TrimmedGap, faultOfTrimmed } from './trimmed-gap.ts'

/** What a channel promises beside the protocol. */
export interface ChannelRules extends HistoryRules {
  /** Whether a client that reads too slowly loses the oldest events, and is told. */
  readonly dropsOldest: boolean
}

/** What is known of the response that is being read. */
interface Response {
  /** Where the client was when it asked. */
  readonly from: Position | undefined
  readonly askedAtMs: number
  readonly opening: 'none' | 'open' | 'gap-due'
  readonly wasStalled: boolean
}

/**
 * Judges what one client saw of a channel, by the true history alone (docs/protocol.md; README, "How chaos judges").
 *
 * The client's story has to be a path: from each position to the entry behind it on one line, with no jump but by a gap, and no
 * gap but for a reason.
 */
export class ClientJudge implements StoryJudge {
  readonly #lines: ChannelLines
  readonly #rules: ChannelRules
  readonly #findings: ClientFindings
  /** Where the client is; `undefined` before it was told. */
  #at: Position | undefined
  #response: Response = { from: undefined, askedAtMs: 0, opening: 'none', wasStalled: false }
  /** Numbers that the client was carried past on the line it is on, and may still get too late. */
  #missing = new Set<number>()
  /** Where the client learnt its position: of what was destroyed before, it was told, or it owes nothing to it. */
  #toldInLife = 0
  /** Entries that a rollback took silently, before the command that tells all clients had run. */
  #destroyedUntilTold = 0

  constructor(
    lines: ChannelLines,
    { rules, findings }: { readonly rules: ChannelRules; readonly findings: ClientFindings },
  ) {
    this.#lines = lines
    this.#rules = rules
    this.#findings = findings
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'request':
        return this.#ask(happening)
      case 'open':
        return this.#open(happening)
      case 'gap':
        return this.#gap(happening)
      case 'position':
        return this.#position(happening)
      case 'event':
        return this.#event(happening)
      case 'stalled':
        this.#response = { ...this.#response, wasStalled: true }
    }
  }

  #ask({ atMs, cursor }: Extract<Happening, { kind: 'request' }>): void {
    const from = positionOf(cursor)
    this.#response = { from, askedAtMs: atMs, opening: 'none', wasStalled: false }
  }

  #open({ resume, id, atMs }: Extract<Happening, { kind: 'open' }>): void {
    const { from, askedAtMs, opening } = this.#response
    if (opening !== 'none') return this.#findings.violate('gapsWrong', 'one opening', 'another')
    this.#response = { ...this.#response, opening: resume === 'gap' ? 'gap-due' : 'open' }
    const at = positionOf(id)
    if (resume === 'gap') {
      if (id !== '') this.#findings.violate('gapsWrong', 'no id before the gap', id)
      if (!from) this.#findings.violate('gapsWrong', 'fresh, for there was no cursor', resume)
    } else if (resume === 'fresh') {
      if (from) this.#findings.violate('gapsWrong', `resumed or gap, from ${keyOf(from)}`, resume)
      if (!at) return this.#findings.violate('gapsWrong', 'a position to begin at', id)
      this.#goTo(at, atMs)
    } else if (resume === 'resumed' && from) {
      if (!at || keyOf(at) !== keyOf(from))
        this.#findings.violate('gapsWrong', `resumed at ${keyOf(from)}`, id)
      const branches = this.#lines.branchesBetween(askedAtMs, atMs)
      if (!branches.some((branch) => this.#lines.survives(from, branch) !== 'no')) {
        this.#findings.violate('gapsWrong', 'a gap, for that position is gone', `resumed at ${id}`)
      }
    } else this.#findings.violate('gapsWrong', 'fresh, resumed with a cursor, or gap', resume)
  }

  #gap(gap: Extract<Happening, { kind: 'gap' }>): void {
    this.#findings.counts.gapsTold++
    const { opening } = this.#response
    const id = positionOf(gap.id)
    if (!id) return this.#findings.violate('gapsWrong', 'a gap with a position', gap.id)
    if (opening === 'gap-due') this.#judgeOpeningGap(gap, id)
    else this.#judgeOverflow(gap, id)
    this.#response = { ...this.#response, opening: 'open' }
    this.#goTo(id, gap.atMs)
  }

  #judgeOpeningGap({ reason, missed, atMs }: Extract<Happening, { kind: 'gap' }>, id: Position): void {
    const { from, askedAtMs } = this.#response
    if (!from) return
    const lines = this.#lines
    const branches = lines.branchesBetween(askedAtMs, atMs)
    const isLost = (branch: Branch): boolean => lines.survives(from, branch) !== 'yes'
    const goesOn = branches.filter((branch) => lines.survives(id, branch) !== 'no')
    if (goesOn.length === 0)
      return this.#findings.violate('gapsWrong', 'a position that the log had then', keyOf(id))
    if (reason === 'trimmed') return this.#judgeTrimmed({ missed, atMs, from, to: id, branches: goesOn })
    if (reason !== 'restarted' && reason !== 'diverged' && reason !== 'unknown') {
      return this.#findings.violate('gapsWrong', 'trimmed, restarted, diverged or unknown', reason)
    }
    if (missed !== null) this.#findings.violate('gapsWrong', `${reason} without a number`, String(missed))
    if (!goesOn.some(isLost)) {
      return this.#findings.violate(
        'gapsUnneeded',
        `resumed at ${keyOf(from)}`,
        `${reason}, on from ${keyOf(id)}`,
      )
    }
    const isTrue = {
      restarted: id.epoch !== from.epoch,
      diverged: id.epoch === from.epoch && id.seq >= from.seq,
      unknown: id.epoch === from.epoch && id.seq < from.seq,
    }[reason]
    if (!isTrue)
      this.#findings.violate(
        'gapsWrong',
        `another reason, for ${keyOf(from)}`,
        `${reason}, on from ${keyOf(id)}`,
      )
  }

  #judgeTrimmed(gap: TrimmedGap): void {
    const fault = faultOfTrimmed(gap, { lines: this.#lines, rules: this.#rules })
    // What was given up behind it while the client stalled is one gap with it.
    const isOneWithOverflow = this.#rules.dropsOldest && this.#response.wasStalled
    if (!fault || (fault.kind === 'gapsUnneeded' && isOneWithOverflow)) return
    this.#findings.violate(fault.kind, fault.expected, fault.got)
  }

  #judgeOverflow({ reason, missed }: Extract<Happening, { kind: 'gap' }>, id: Position): void {
    const at = this.#at
    const { opening, wasStalled } = this.#response
    if (opening === 'none' || !at || reason !== 'overflow' || !this.#rules.dropsOldest) {
      return this.#findings.violate('gapsWrong', 'no gap here', `${reason}, missed ${missed}`)
    }
    const branch = this.#lines.branchOf(id)
    const isAhead = branch && this.#lines.survives(at, branch) !== 'no' && id.seq > at.seq
    if (!isAhead || missed !== id.seq - at.seq) {
      return this.#findings.violate(
        'gapsWrong',
        `overflow from ${keyOf(at)} to ${keyOf(id)}`,
        `missed ${missed}`,
      )
    }
    if (!wasStalled)
      this.#findings.violate('gapsUnneeded', 'no overflow: the client read on', `missed ${missed}`)
  }

  #position({ id, isLive }: Extract<Happening, { kind: 'position' }>): void {
    const position = positionOf(id)
    if (isLive && this.#response.from) this.#findings.counts.recoveries++
    if (!position) return this.#findings.violate('gapsWrong', 'a position', id)
    this.#requireOpening()
    const at = this.#at
    if (!at || keyOf(at) === keyOf(position)) return
    // Nothing is filtered here: whoever is carried on was not given what lies between.
    const branch = this.#lines.branchOf(position)
    const passed = position.seq - (branch ? this.#lines.forkSeq(at, branch) : 0)
    if (passed > 0)
      this.#findings.violate('lost', `still at ${keyOf(at)}`, `carried on to ${keyOf(position)}`, passed)
    else this.#findings.violate('outOfOrder', `still at ${keyOf(at)}`, `set back to ${keyOf(position)}`)
    this.#at = position
  }

  #event({ id, n }: EventHappening): void {
    this.#findings.counts.deliveries++
    this.#requireOpening()
    const position = positionOf(id)
    const entry = position && this.#lines.entries.get(keyOf(position))
    if (!position || !entry) return this.#findings.violate('outOfOrder', 'an event with a position', id)
    if (entry.n !== n || entry.madeAfterMs === -Infinity) {
      this.#findings.violate('outOfOrder', `event ${entry.n} at ${keyOf(entry)}`, `event ${n}`)
    }
    const at = this.#at
    const branch = this.#lines.branchOf(entry)
    if (!at || !branch) {
      this.#findings.violate('outOfOrder', 'a position before the first event', keyOf(entry))
      this.#at = entry
      return
    }
    this.#step(at, { to: entry, branch })
  }

  /** From one position to an entry, with no gap between. */
  #step(at: Position, { to, branch }: { readonly to: Position; readonly branch: Branch }): void {
    const lines = this.#lines
    if (lines.survives(at, branch) !== 'no') {
      if (to.seq <= at.seq) return this.#takeAgain(at, to)
      const passed = to.seq - at.seq - 1
      if (passed > 0) this.#carryPast({ at, to, passed })
      this.#countDestroyed(at, branch)
    } else {
      const own = lines.branchOf(at)
      if (own && lines.survives(to, own) !== 'no' && to.seq <= at.seq) return this.#takeAgain(at, to)
      const passed = to.seq - 1 - lines.forkSeq(at, branch)
      if (passed > 0) this.#carryPast({ at, to, passed })
      else this.#findings.violate('outOfOrder', `a gap behind ${keyOf(at)}`, `${keyOf(to)}, of another line`)
    }
    this.#at = to
  }

  #carryPast({
    at,
    to,
    passed,
  }: {
    readonly at: Position
    readonly to: Position
    readonly passed: number
  }): void {
    this.#findings.violate('lost', `what follows ${keyOf(at)}`, keyOf(to), passed)
    for (let seq = to.seq - passed; seq < to.seq; seq++) this.#missing.add(seq)
  }

  #takeAgain(at: Position, to: Position): void {
    const expected = `what follows ${keyOf(at)}`
    if (!this.#missing.delete(to.seq)) return this.#findings.violate('repeated', expected, keyOf(to))
    // Late is not lost.
    this.#findings.counts.lost--
    this.#findings.violate('outOfOrder', expected, keyOf(to))
  }

  /** A rollback at or above a client's position shows it nothing of what is gone (docs/protocol.md §9). */
  #countDestroyed(at: Position, branch: Branch): void {
    const own = this.#lines.branchOf(at)
    if (!own || own === branch) return
    const from = Math.max(own.life.index, this.#toldInLife)
    const destroyed = this.#lines.destroyedBetween(from, branch)
    // It is told as soon as the command has run: the epoch is another then.
    if (branch.life.newEpochs) this.#destroyedUntilTold += destroyed
    else this.#findings.counts.destroyed += destroyed
    this.#toldInLife = branch.life.index
  }

  #requireOpening(): void {
    const { opening } = this.#response
    if (opening === 'open') return
    const expected = opening === 'none' ? 'millrace.open' : 'millrace.gap'
    this.#findings.violate('gapsWrong', `${expected} first`, 'something else')
    this.#response = { ...this.#response, opening: 'open' }
  }

  /** The client forgets where it was, and was told so. */
  #goTo(position: Position, atMs: number): void {
    this.#at = position
    this.#missing = new Set()
    this.#destroyedUntilTold = 0
    this.#toldInLife = Math.max(
      this.#toldInLife,
      ...this.#lines.branchesBetween(this.#response.askedAtMs, atMs).map(({ life }) => life.index),
    )
  }

  finish(): void {
    const { last } = this.#lines
    this.#findings.counts.destroyed += this.#destroyedUntilTold
    if (!last) return
    const end = this.#lines.endOf(last)
    const at = this.#at
    if (!at) return this.#findings.violate('lost', 'a position at the end', 'none')
    if (this.#lines.survives(at, last) === 'no') {
      const passed = Math.max(end - this.#lines.forkSeq(at, last), 1)
      return this.#findings.violate(
        'lost',
        `everything up to ${end} of ${last.epoch}`,
        `an end at ${keyOf(at)}`,
        passed,
      )
    }
    if (at.seq < end) {
      this.#findings.violate(
        'lost',
        `everything up to ${end} of ${last.epoch}`,
        `an end at ${keyOf(at)}`,
        end - at.seq,
      )
    }
    this.#countDestroyed(at, last)
  }
}
