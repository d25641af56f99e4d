import type { Children } from './children.ts'

/** A table for people. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** What a suite found. */
export interface Finding {
  /** The figures as measured, in units that their names tell; goes into `--json` as it is. */
  readonly figures: object
  /** The same for people, rounded. */
  readonly tables: readonly Table[]
  /** Promises that were not kept, each in a sentence. With any the command fails. */
  readonly problems: readonly string[]
}

/** What a suite works with. */
export interface Bench {
  /** Starts processes, which end with the suite. */
  readonly children: Children
  /** Tells whoever waits how far it has come. */
  readonly note: (text: string) => void
}

/** A suite that can be run by name. */
export interface Suite {
  /** What it measures, in one line. */
  readonly title: string
  /** How it measures: the sentences that a reader of its figures needs. */
  readonly method: string
  /** Works out the settings of a run: its own, those of a quick run, and what the caller sets. Throws for a name that it does not know. */
  readonly settingsOf: (options: { readonly isQuick: boolean; readonly set: Settings }) => Settings
  /** Runs it. */
  readonly run: (settings: Settings, bench: Bench) => Promise<Finding>
}

/** Numbers by name. */
export type Settings = Readonly<Record<string, number>>

/** Makes a suite of its settings, those that differ in a quick run, and what to do. */
export function defineSuite<Name extends string>({
  title,
  method,
  settings,
  quick,
  run,
}: {
  readonly title: string
  readonly method: string
  readonly settings: Readonly<Record<Name, number>>
  readonly quick: Readonly<Partial<Record<NoInfer<Name>, number>>>
  readonly run: (settings: Readonly<Record<NoInfer<Name>, number>>, bench: Bench) => Promise<Finding>
}): Suite {
  return {
    title,
    method,
    settingsOf: ({ isQuick, set }) => {
      for (const name of Object.keys(set)) {
        if (!(name in settings)) {
          throw new RangeError(`--set ${name}: this suite has ${Object.keys(settings).join(', ')}`)
        }
      }
      return { ...settings, ...(isQuick ? quick : {}), ...set }
    },
    // What `settingsOf` returns has every name.
    run: (given, bench) => run(given as Record<Name, number>, bench),
  }
}
