/** A place that the cases run in. */
export interface Runtime {
  readonly name: string
  /** Why it cannot run on this machine; `undefined` when it can. */
  readonly missing: string | undefined
  /** Cases that cannot hold there, by name, and why. Default none. */
  readonly differences?: Readonly<Record<string, string>>
  /** JavaScript that its server has to have, by path. Default none. */
  readonly scripts?: () => Promise<Readonly<Record<string, string>>>
  /** Starts it, for a server at this origin. */
  start(origin: string): Promise<void>
  /** Runs the case of this name. Rejects with what does not hold. */
  run(name: string): Promise<void>
  /** Ends everything that was started. */
  stop(): Promise<void>
}
