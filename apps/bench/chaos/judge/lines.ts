import { type ChannelEvidence, type Entry, entriesOf, lifeOfEntries } from './entries.ts'
import type { Life } from './lives.ts'
import { type Position, keyOf, positionOf } from './position.ts'

/** The entries that one life added to one epoch of a channel, on top of those that it was restored with. */
export interface Branch {
  readonly epoch: string
  readonly life: Life
  /** The branch that a rollback took it from. */
  readonly parent: Branch | undefined
  /** The channel was on this branch at no moment outside of these. */
  readonly fromMs: number
  readonly toMs: number
  readonly bySeq: Map<number, Entry>
}

/** Bounds for the last number that a branch shares with its parent: equal as soon as the branch has an entry of its own. */
interface Fork {
  readonly atLeast: number
  readonly atMost: number
}

/** Whether a position lies on a line. `perhaps` only where no entry tells how far a rollback went. */
export type Survival = 'yes' | 'no' | 'perhaps'

/**
 * The true history of one channel, from acknowledgements and the losses that chaos caused: a tree, since a rollback leads back
 * to an earlier entry, and other entries follow that one then. A line is a branch with all that it grew from.
 */
export class ChannelLines {
  readonly entries: ReadonlyMap<string, Entry>
  /** What the log itself got wrong: contradictions between acknowledgements. */
  readonly contradictions: readonly string[]
  /** Events that came into one line twice, as if their idempotency key had been no key. */
  readonly duplicates: readonly string[]
  readonly #lives: readonly Life[]
  readonly #branches = new Map<string, Branch>()
  readonly #branchOfEntry = new Map<Entry, Branch>()
  readonly #firstLife = new Map<string, Life>()
  readonly #forks = new Map<Branch, Fork>()
  readonly #timelines = new Map<Branch, readonly { readonly atMs: number; readonly seq: number }[]>()

  /** @param keptEvents - How many entries the history keeps at the least. */
  constructor(
    evidence: ChannelEvidence,
    { lives, keptEvents }: { lives: readonly Life[]; keptEvents: number },
  ) {
    this.#lives = lives
    this.entries = entriesOf(evidence)
    const lifeOf = lifeOfEntries(this.entries, lives)
    for (const [entry, life] of lifeOf) this.#noteEpoch(entry.epoch, life)
    this.#noteEpochsWithoutEntries(evidence)
    for (const life of lives) this.#restoreBranches(life)
    const contradictions: string[] = []
    for (const [entry, life] of lifeOf) {
      const branch = this.#branch(entry.epoch, life)
      const other = branch.bySeq.get(entry.seq)
      if (other) contradictions.push(`${keyOf(other)} and ${keyOf(entry)} have one number on one line`)
      else branch.bySeq.set(entry.seq, entry)
      this.#branchOfEntry.set(entry, branch)
    }
    for (const { n, acknowledged } of evidence.publishes) {
      const position = acknowledged && positionOf(acknowledged.cursor)
      if (!acknowledged) continue
      if (!position)
        contradictions.push(`event ${n} was acknowledged as ${acknowledged.cursor}, which is no cursor`)
      else if (this.entries.get(keyOf(position))?.n !== n) {
        contradictions.push(`${keyOf(position)} was acknowledged for two events, one of them ${n}`)
      }
    }
    this.contradictions = contradictions
    this.duplicates = this.#findDuplicates(keptEvents)
  }

  /** The branches that the channel may have been on between two moments. */
  branchesBetween(fromMs: number, toMs: number): readonly Branch[] {
    return [...this.#branches.values()].filter((branch) => branch.fromMs <= toMs && branch.toMs >= fromMs)
  }

  /** The branch that an entry was made on; that of a position without an entry where its epoch tells it. */
  branchOf(position: Position): Branch | undefined {
    const entry = this.entries.get(keyOf(position))
    if (entry) return this.#branchOfEntry.get(entry)
    const life = this.#firstLife.get(position.epoch)
    return life && this.#branches.get(branchKey(position.epoch, life))
  }

  /** The branch that the channel ended on. */
  get last(): Branch | undefined {
    const ends = [...this.#branches.values()].filter(({ toMs }) => toMs === Infinity)
    return ends.find(({ bySeq }) => bySeq.size > 0) ?? ends[0]
  }

  /** Tells whether a position lies on a branch's line. */
  survives(position: Position, branch: Branch): Survival {
    if (position.epoch !== branch.epoch) return 'no'
    if (position.seq === 0) return 'yes'
    const entry = this.entries.get(keyOf(position))
    const from = entry && this.#branchOfEntry.get(entry)
    if (!from) return 'perhaps'
    let survival: Survival = 'yes'
    for (let each: Branch | undefined = branch; each && each !== from; each = each.parent) {
      if (!each.parent) return 'no'
      const { atLeast, atMost } = this.#fork(each)
      if (position.seq > atMost) return 'no'
      if (position.seq > atLeast) survival = 'perhaps'
    }
    return survival
  }

  /** The last number that a position's own line has in common with another line; 0 where that is none. */
  forkSeq(position: Position, branch: Branch): number {
    if (position.epoch !== branch.epoch) return 0
    const own = this.branchOf(position)
    const ancestry = new Set<Branch>()
    for (let each: Branch | undefined = branch; each; each = each.parent) ancestry.add(each)
    let seq = position.seq
    let common = own
    for (; common && !ancestry.has(common); common = common.parent) {
      seq = Math.min(seq, common.parent ? this.#fork(common).atMost : 0)
    }
    for (let each = branch; common && each !== common && each.parent; each = each.parent) {
      seq = Math.min(seq, this.#fork(each).atMost)
    }
    return common ? seq : 0
  }

  /** The highest number that a line can have had at a moment. */
  headAt(branch: Branch, atMs: number): number {
    const timeline = this.#timeline(branch)
    let [low, high] = [0, timeline.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((timeline[middle]?.atMs ?? Infinity) <= atMs) low = middle + 1
      else high = middle
    }
    return timeline[low - 1]?.seq ?? (branch.parent ? this.#fork(branch).atMost : 0)
  }

  /** The highest number on a line that is known. */
  endOf(branch: Branch): number {
    return this.headAt(branch, Infinity)
  }

  /** The acknowledged entries that were made from one life on, by its index, and before a branch, and are not on its line. */
  destroyedBetween(fromLife: number, branch: Branch): number {
    let count = 0
    for (const [entry, { life }] of this.#branchOfEntry) {
      if (!entry.isAcknowledged || life.index < fromLife || life.index >= branch.life.index) continue
      if (this.survives(entry, branch) === 'no') count++
    }
    return count
  }

  #noteEpoch(epoch: string, life: Life): void {
    const known = this.#firstLife.get(epoch)
    if (!known || life.index < known.index) this.#firstLife.set(epoch, life)
  }

  /** A log that began anew and was gone before anybody wrote to it is known by the position before its first entry alone. */
  #noteEpochsWithoutEntries({ positions }: ChannelEvidence): void {
    for (const { id, atMs } of positions) {
      const position = positionOf(id)
      if (!position || this.#firstLife.has(position.epoch)) continue
      const life = this.#lives.findLast(({ beganAtMs }) => beganAtMs <= atMs)
      if (life) this.#firstLife.set(position.epoch, life)
    }
    for (const [epoch, life] of this.#firstLife) this.#branch(epoch, life)
  }

  /** The epochs that a life was restored with, entries of its own or not. */
  #restoreBranches(life: Life): void {
    const { restored } = life
    if (!restored) return
    const { from, savedFromMs, savedToMs } = restored
    const saved = this.branchesBetween(savedFromMs, savedToMs).filter((branch) => branch.life === from)
    for (const { epoch } of saved) this.#branch(epoch, life)
  }

  #branch(epoch: string, life: Life): Branch {
    const known = this.#branches.get(branchKey(epoch, life))
    if (known) return known
    const { newEpochs, restored } = life
    const isOlder = (this.#firstLife.get(epoch)?.index ?? life.index) < life.index
    const branch: Branch = {
      epoch,
      life,
      parent: isOlder && restored ? this.#branch(epoch, restored.from) : undefined,
      fromMs: newEpochs && !isOlder ? newEpochs.fromMs : life.beganAtMs,
      toMs: newEpochs && isOlder ? newEpochs.toMs : life.endedAtMs,
      bySeq: new Map(),
    }
    this.#branches.set(branchKey(epoch, life), branch)
    return branch
  }

  #fork(branch: Branch): Fork {
    const known = this.#forks.get(branch)
    if (known) return known
    const fork = this.#findFork(branch)
    this.#forks.set(branch, fork)
    return fork
  }

  #findFork({ parent, bySeq, life }: Branch): Fork {
    const { restored } = life
    if (!parent || !restored) return { atLeast: 0, atMost: 0 }
    if (bySeq.size > 0) {
      let before = Infinity
      for (const seq of bySeq.keys()) before = Math.min(before, seq - 1)
      return { atLeast: before, atMost: before }
    }
    const inherited = parent.parent ? this.#fork(parent) : { atLeast: 0, atMost: 0 }
    let { atLeast, atMost } = inherited
    for (const { seq, knownAtMs, madeAfterMs } of parent.bySeq.values()) {
      if (knownAtMs <= restored.savedFromMs) atLeast = Math.max(atLeast, seq)
      if (madeAfterMs <= restored.savedToMs) atMost = Math.max(atMost, seq)
    }
    return { atLeast, atMost }
  }

  #timeline(branch: Branch): readonly { readonly atMs: number; readonly seq: number }[] {
    const known = this.#timelines.get(branch)
    if (known) return known
    const made = [...branch.bySeq.values()].sort((one, other) => one.madeAfterMs - other.madeAfterMs)
    let seq = 0
    const timeline = made.map(({ madeAfterMs, seq: each }) => ({
      atMs: madeAfterMs,
      seq: (seq = Math.max(seq, each)),
    }))
    this.#timelines.set(branch, timeline)
    return timeline
  }

  #findDuplicates(keptEvents: number): readonly string[] {
    const byNumber = new Map<number, Entry[]>()
    for (const entry of this.entries.values()) {
      if (entry.n === undefined) continue
      const others = byNumber.get(entry.n)
      if (others) others.push(entry)
      else byNumber.set(entry.n, [entry])
    }
    const duplicates: string[] = []
    for (const [n, entries] of byNumber) {
      const [first, ...others] = entries.sort((one, other) => one.seq - other.seq)
      for (const other of others) {
        const branch = this.#branchOfEntry.get(other)
        const isNear = first && other.seq - first.seq < keptEvents
        if (isNear && branch && this.survives(first, branch) === 'yes') {
          duplicates.push(`event ${n} is at ${keyOf(first)} and at ${keyOf(other)}`)
        }
      }
    }
    return duplicates
  }
}

function branchKey(epoch: string, life: Life): string {
  return `${life.index} ${epoch}`
}
