import { errorReplyCode } from '../commands/error-reply.ts'

/**
 * Finds out what a `moved` event of ioredis is about: it says neither which channel, nor whether that was asked for.
 *
 * It comes for each subscription that was asked of the wrong server (whose promise ioredis 6 rejects and ioredis 5 forgets), and
 * when a slot moves away with its subscriptions. Servers answer in the order of the questions. So once those that were
 * answered have settled, the redirected ones are the first that have not.
 */
export class Redirections {
  readonly #unanswered = new Set<(error: Error) => void>()
  readonly #onMovedAway: () => void
  #unexplained = 0

  /** @param onMovedAway - Called when subscriptions have gone with their slot. */
  constructor(onMovedAway: () => void) {
    this.#onMovedAway = onMovedAway
  }

  /** Awaits an answer. @throws {Error} The client's error, or one that begins with `MOVED`. */
  ask(question: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#unanswered.add(reject)
      question
        .then(
          () => resolve(),
          (error: unknown) => {
            if (errorReplyCode(error) === 'MOVED') this.#unexplained--
            reject(error instanceof Error ? error : new Error(String(error)))
          },
        )
        .finally(() => this.#unanswered.delete(reject))
    })
  }

  /** Takes a `moved` event. */
  moved(): void {
    this.#unexplained++
    const asked = [...this.#unanswered]
    setImmediate(() => {
      for (const reject of asked) {
        if (this.#unexplained <= 0) return
        if (!this.#unanswered.delete(reject)) continue
        this.#unexplained--
        reject(new Error('MOVED to another server'))
      }
      if (this.#unexplained > 0) this.#onMovedAway()
    })
  }
}
