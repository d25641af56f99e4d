import type { Happening, Story } from './records.ts'
import { NOTHING, type Verdict, type Violation } from './verdict.ts'

/** How much of a story is shown, up to a violation; and how many violations of one client are. */
const SHOWN = 12
const MOST_VIOLATIONS = 5

/** Hears what happened to one client, in order, and finds what is wrong with it. */
export interface StoryJudge {
  hear(happening: Happening): void
  /** Judges where the client is at the end of the channel. */
  finish(): void
}

/** What was found about one client: counts, and the first promises that were not kept, each with what led to it. */
export class ClientFindings {
  readonly counts: { -readonly [Key in keyof Verdict]: Verdict[Key] } = { ...NOTHING }
  readonly violations: Violation[] = []
  readonly #client: number
  readonly #recent: Happening[] = []

  constructor(client: number) {
    this.#client = client
  }

  /** Keeps what happens, to show it with a violation. */
  hear(happening: Happening): void {
    this.#recent.push(happening)
    if (this.#recent.length > SHOWN) this.#recent.shift()
  }

  /** Counts a promise that was not kept. @param count - How many entries it concerns. */
  violate(kind: Violation['kind'], expected: string, got: string, count = 1): void {
    this.counts[kind] += count
    if (this.violations.length >= MOST_VIOLATIONS) return
    const before = this.#recent.map((happening) => JSON.stringify(happening))
    this.violations.push({ kind, client: this.#client, expected, got, before })
  }
}

/** Has a whole story judged, up to the end of the channel. */
export function findingsOf(
  { client, happenings }: Story,
  createJudge: (findings: ClientFindings) => StoryJudge,
): ClientFindings {
  const findings = new ClientFindings(client)
  const judge = createJudge(findings)
  for (const happening of happenings) {
    findings.hear(happening)
    judge.hear(happening)
  }
  judge.finish()
  return findings
}
