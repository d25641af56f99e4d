/** Whose bytes wait. */
export interface QueueOwner {
  /** Bytes that wait for this client. */
  readonly queuedBytes: number
  /** Ends the client's stream. */
  end(cause: 'over-budget'): void
}

/**
 * What may wait for all clients of a process together. Beyond it the client that most waits for is ended, again and again until
 * the rest fits: a thousand stalled readers cost what one process can bear, and the healthy ones do not pay for them.
 */
export class QueueBudget {
  readonly #maxBytes: number
  readonly #owners: () => Iterable<QueueOwner>
  #bytes = 0

  /** @param owners - Everybody whose bytes count. */
  constructor(maxBytes: number, owners: () => Iterable<QueueOwner>) {
    this.#maxBytes = maxBytes
    this.#owners = owners
  }

  /** Bytes that wait, of all clients. */
  get bytes(): number {
    return this.#bytes
  }

  /** Notes that more waits, or less. Ends clients where that is too much. */
  change(bytes: number): void {
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes) {
      const worst = this.#worst()
      if (!worst) return
      worst.end('over-budget')
    }
  }

  #worst(): QueueOwner | undefined {
    let worst: QueueOwner | undefined
    for (const owner of this.#owners()) {
      if (owner.queuedBytes > (worst?.queuedBytes ?? 0)) worst = owner
    }
    return worst
  }
}
