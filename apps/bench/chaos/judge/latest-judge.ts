import type { ClientFindings, StoryJudge } from './client-findings.ts'
import type { Entry } from './entries.ts'
import type { Branch, ChannelLines } from './lines.ts'
import { type Position, highestOf, keyOf, positionOf } from './position.ts'
import type { EventHappening, Happening } from './records.ts'
import { type HistoryRules, faultOfTrimmed } from './trimmed-gap.ts'

/** What is known of a channel whose newer values stand in for older ones. */
export interface LatestRules extends HistoryRules {
  /** What an event is a value of, by its number. */
  readonly latestKeyOf: (n: number) => string
  /** The one entry that an event can have been seen as, by its number; none where losses leave more than one. */
  readonly entryOf: (n: number) => Entry | undefined
  /** For each key the newest entry on the line that the channel ended on. */
  readonly newest: ReadonlyMap<string, Entry>
}

/** A value that a client has, and on which response it came. */
interface Value {
  readonly entry: Entry
  readonly response: number
}

/**
 * Judges what one client saw of a channel of latest values (docs/protocol.md §4.7): no id goes back, no value of a key comes behind a
 * newer one or twice on one response, gaps are needed and true, and at the end the client has the newest value of each key.
 *
 * Which events were left out is not judged: that depends on how much waited when.
 */
export class LatestJudge implements StoryJudge {
  readonly #lines: ChannelLines
  readonly #rules: LatestRules
  readonly #findings: ClientFindings
  /** Where the client was told to begin; what lies before is not owed to it. */
  #since: Position | undefined
  /** Where its ids have come to. */
  #at: Position | undefined
  #cursor = ''
  #askedAtMs = 0
  #response = 0
  #isGapDue = false
  #values = new Map<string, Value>()
  #received = new Set<number>()

  constructor(
    lines: ChannelLines,
    { rules, findings }: { readonly rules: LatestRules; readonly findings: ClientFindings },
  ) {
    this.#lines = lines
    this.#rules = rules
    this.#findings = findings
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'request':
        this.#cursor = happening.cursor
        this.#askedAtMs = happening.atMs
        this.#response++
        return
      case 'open':
        return this.#open(happening)
      case 'gap':
        return this.#gap(happening)
      case 'position':
        if (happening.isLive && this.#cursor !== '') this.#findings.counts.recoveries++
        return this.#moveTo(happening.id)
      case 'event':
        return this.#event(happening)
      case 'stalled':
    }
  }

  #open({ resume, id, atMs }: Extract<Happening, { kind: 'open' }>): void {
    const from = positionOf(this.#cursor)
    this.#isGapDue = resume === 'gap'
    if (resume !== (from ? 'resumed' : 'fresh') && !(from && resume === 'gap')) {
      return this.#findings.violate('gapsWrong', from ? 'resumed or gap' : 'fresh', resume)
    }
    if (resume === 'gap') return
    if (!from) return this.#beginAt(id)
    if (keyOf(positionOf(id) ?? from) !== keyOf(from))
      this.#findings.violate('gapsWrong', `resumed at ${this.#cursor}`, id)
    const branches = this.#lines.branchesBetween(this.#askedAtMs, atMs)
    if (!branches.some((branch) => this.#survival(branch) !== 'no')) {
      this.#findings.violate('gapsWrong', 'a gap, for one of the positions is gone', `resumed at ${id}`)
    }
    this.#moveTo(id)
  }

  /** Whether all that the client asked from is on a line. */
  #survival(branch: Branch): 'yes' | 'no' | 'perhaps' {
    const both = [positionOf(this.#cursor), highestOf(this.#cursor)].flatMap((each) => each ?? [])
    const survivals = both.map((each) => this.#lines.survives(each, branch))
    if (survivals.includes('no')) return 'no'
    return survivals.includes('perhaps') ? 'perhaps' : 'yes'
  }

  #gap(gap: Extract<Happening, { kind: 'gap' }>): void {
    this.#findings.counts.gapsTold++
    if (!this.#isGapDue) this.#findings.violate('gapsWrong', 'no gap here', gap.reason)
    this.#isGapDue = false
    this.#judgeGap(gap)
    this.#beginAt(gap.id)
  }

  #judgeGap({ reason, missed, atMs, id }: Extract<Happening, { kind: 'gap' }>): void {
    const from = positionOf(this.#cursor)
    const to = positionOf(id)
    if (!from || !to) return
    const branches = this.#lines.branchesBetween(this.#askedAtMs, atMs)
    const goesOn = branches.filter((branch) => this.#lines.survives(to, branch) !== 'no')
    if (goesOn.length === 0)
      return this.#findings.violate('gapsWrong', 'a position that the log had then', id)
    if (reason === 'trimmed') {
      const fault = faultOfTrimmed(
        { atMs, missed, from, to, branches: goesOn },
        { lines: this.#lines, rules: this.#rules },
      )
      if (fault) this.#findings.violate(fault.kind, fault.expected, fault.got)
      return
    }
    const isTrue =
      reason === 'restarted'
        ? to.epoch !== from.epoch
        : ['diverged', 'unknown'].includes(reason) && to.epoch === from.epoch
    if (!isTrue || missed !== null)
      this.#findings.violate('gapsWrong', `another gap, for ${this.#cursor}`, reason)
    if (goesOn.every((branch) => this.#survival(branch) === 'yes')) {
      this.#findings.violate('gapsUnneeded', `resumed at ${this.#cursor}`, `${reason}, on from ${id}`)
    }
  }

  #beginAt(id: string): void {
    const position = positionOf(id)
    if (!position) this.#findings.violate('gapsWrong', 'a position to begin at', id)
    this.#since = position
    this.#at = position
    this.#values = new Map()
    this.#received = new Set()
  }

  #moveTo(id: string): void {
    const at = this.#at
    const to = positionOf(id)
    if (this.#isGapDue) this.#findings.violate('gapsWrong', 'the gap that was announced', id)
    if (!to || !at) return this.#findings.violate('outOfOrder', 'a position, behind one to begin at', id)
    if (to.epoch !== at.epoch || to.seq < at.seq)
      this.#findings.violate('outOfOrder', `at ${keyOf(at)} or behind`, id)
    this.#at = to
  }

  #event({ id, n }: EventHappening): void {
    this.#findings.counts.deliveries++
    this.#moveTo(id)
    this.#received.add(n)
    if (Number.isNaN(n)) return this.#findings.violate('outOfOrder', 'an event that is whole', id)
    const key = this.#rules.latestKeyOf(n)
    const entry = this.#rules.entryOf(n)
    const had = this.#values.get(key)
    if (!entry) return void this.#values.delete(key)
    this.#values.set(key, { entry, response: this.#response })
    if (!had) return
    const branch = this.#lines.branchOf(entry)
    if (had.entry === entry) {
      if (had.response === this.#response)
        this.#findings.violate('repeated', `newer than ${keyOf(entry)}`, keyOf(entry))
    } else if (branch && this.#lines.survives(had.entry, branch) === 'no') {
      this.#findings.violate(
        'outOfOrder',
        `a gap behind ${keyOf(had.entry)}`,
        `${keyOf(entry)}, of another line`,
      )
    } else if (entry.seq < had.entry.seq) {
      this.#findings.violate('outOfOrder', `newer than ${keyOf(had.entry)}`, keyOf(entry))
    }
  }

  finish(): void {
    const since = this.#since
    const { last } = this.#lines
    if (!since || !last) return this.#findings.violate('lost', 'a position to begin at', 'none')
    if (since.epoch !== last.epoch)
      return this.#findings.violate('lost', `a gap, to ${last.epoch}`, keyOf(since))
    for (const [key, entry] of this.#rules.newest) {
      if (entry.seq <= since.seq || (entry.n !== undefined && this.#received.has(entry.n))) continue
      this.#findings.violate('lost', `${keyOf(entry)}, the newest of ${key}`, keyOf(this.#at ?? since))
    }
  }
}
