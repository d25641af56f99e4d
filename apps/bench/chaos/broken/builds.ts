/** A piece of source, and what stands in its place in a broken build. */
export interface Patch {
  /** The module, from the root of the repository. */
  readonly module: string
  /** It has to be there, once. */
  readonly text: string
  readonly instead: string
}

/** Builds in which one rule of the design is left out, so that chaos has to find it out. */
export const BROKEN_BUILDS: Readonly<Record<string, readonly Patch[]>> = {}
