/**
 * Whether commands are worth sending.
 *
 * A server that hangs keeps its connections: whatever is sent then waits in memory, and may be carried out much later. So
 * once an answer is overdue only one command per period goes on, until something is answered again. A lane is one
 * server, or one channel of a cluster, where one server may hang alone.
 */
export class Trust {
  readonly #periodMs: number
  /** For each lane that is not answered: when the next command may be sent. */
  readonly #nextAttempt = new Map<string, number>()

  constructor(periodMs: number) {
    this.#periodMs = periodMs
  }

  /** Whether every lane is answered. */
  get isWhole(): boolean {
    return this.#nextAttempt.size === 0
  }

  /** Whether a command may be sent now. Where nothing is answered, the one that is allowed is the last for a period. */
  allows(lane: string): boolean {
    const next = this.#nextAttempt.get(lane)
    if (next === undefined) return true
    const now = performance.now()
    if (now < next) return false
    this.#nextAttempt.set(lane, now + this.#periodMs)
    return true
  }

  /** Something was answered. */
  restore(lane: string): void {
    this.#nextAttempt.delete(lane)
  }

  /** An answer is overdue: nothing more is sent until it comes, or the connection ends. */
  withdraw(lane: string, answer: Promise<unknown>, onReturn: () => void): void {
    this.#nextAttempt.set(lane, performance.now() + this.#periodMs)
    void answer.then(() => {
      this.restore(lane)
      onReturn()
    })
  }
}
