type Listener = (detail?: unknown) => void

/**
 * What happens to a client's connection, for all who share the client.
 *
 * Listened to once per client, and for as long as that lives: a backplane that came and went would otherwise leave its listeners
 * behind, or take away the only one for `error`, without which an error ends the process.
 */
export class ClientEvents {
  readonly #watchers = new Set<() => void>()
  #lastError: unknown

  /** @param changes - The events after which the client may be ready, or no longer ready. */
  constructor(client: { on(event: string, listener: Listener): unknown }, changes: readonly string[]) {
    client.on('error', (error) => {
      this.#lastError = error
      this.#tell()
    })
    for (const event of changes) client.on(event, () => this.#tell())
  }

  /** What the client last complained about. */
  get lastError(): unknown {
    return this.#lastError
  }

  /** Calls back after each change. Returns a function that ends this. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
