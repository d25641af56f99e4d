import type { Ratio } from '../apps/bench/harness/ratio.ts'
import { boundText } from '../apps/bench/harness/targets.ts'
import type { JudgedTarget, Result } from './benchmarks-results.ts'

/** What the project wants of one suite. */
export interface Wanted {
  readonly suite: string
  /** What is wanted, in words. */
  readonly what: string
  /** Finds what came of it in the suite's run: several rows where it is wanted of several loads. */
  readonly outcomes: (result: Result) => readonly Outcome[]
}

/** What came of a target. */
export interface Outcome {
  /** What it was measured on, where there are several. */
  readonly on: string
  readonly bound: string
  readonly measured: string
  /** `undefined` where nothing is wanted but the figure. */
  readonly isMet: boolean | undefined
}

/** All targets, in the order of the page. */
export const wanted: readonly Wanted[] = [
  { suite: 'parse', what: 'LLM tokens, one event per chunk', outcomes: named(/^LLM tokens, one event/) },
  { suite: 'parse', what: 'ids, types and data in 16 KiB chunks', outcomes: named(/^ids \+ event \+ data/) },
  { suite: 'parse', what: 'JSON of 64 KB to 1 MB', outcomes: named(/^JSON/) },
  { suite: 'parse', what: 'every kind of stream in every kind of chunk', outcomes: named(/cell/) },
  { suite: 'parse', what: 'geometric mean of all', outcomes: named(/^geometric mean/) },
  { suite: 'parse', what: 'LLM tokens on Node.js 22', outcomes: named(/^Node\.js 22/) },
  { suite: 'parse', what: 'LLM tokens in Chromium', outcomes: named(/^Chromium/) },
  { suite: 'parse-strings', what: 'every kind of stream in every kind of chunk', outcomes: named(/cell/) },
  { suite: 'parse-strings', what: 'geometric mean of all', outcomes: named(/^geometric mean/) },
  { suite: 'iterate', what: 'per event', outcomes: named(/./) },
  { suite: 'encode', what: 'as text', outcomes: named(/^text/) },
  { suite: 'encode', what: 'as bytes', outcomes: named(/^bytes/) },
  { suite: 'fanout', what: 'cheaper than plain `res.write`', outcomes: named(/beside res\.write/) },
  { suite: 'fanout', what: 'cheaper than better-sse', outcomes: named(/beside better-sse/) },
  { suite: 'fanout', what: 'the longest that a broadcast holds the event loop', outcomes: longestTurns },
  { suite: 'fanout-next', what: 'CPU per delivered event', outcomes: named(/plain route/) },
  { suite: 'fanout-next', what: 'ten events in one tick', outcomes: named(/in one tick/) },
  { suite: 'latency', what: 'publish until read, p50 and p99', outcomes: lags },
  { suite: 'memory', what: 'an idle stream of `node:http`', outcomes: named(/^toNodeHandler/) },
  { suite: 'memory', what: 'an idle stream of a Next.js route', outcomes: named(/^Next\.js/) },
  { suite: 'react', what: 'renders per component and frame', outcomes: rendersPerFrame },
  { suite: 'growth', what: 'clients', outcomes: named(/^clients/) },
  { suite: 'growth', what: 'history', outcomes: named(/^history/) },
  { suite: 'growth', what: 'channels', outcomes: named(/^channels/) },
  { suite: 'growth', what: 'one line', outcomes: named(/line/) },
]

/** Takes the targets that the suite judged itself, by their names. */
function named(pattern: RegExp): Wanted['outcomes'] {
  return ({ figures: { targets = [] } }) => {
    const found = targets.filter(({ name }) => pattern.test(name))
    return found.map((target: JudgedTarget) => ({
      on: target.name,
      bound: boundText(target),
      measured: ratioText(target.ratio),
      isMet: target.isMet,
    }))
  }
}

function ratioText({ median, low, high }: Ratio): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

function longestTurns({ figures }: Result): readonly Outcome[] {
  const { crowds } = figures as {
    readonly crowds: readonly {
      readonly streams: number
      readonly contenders: readonly { readonly name: string; readonly longestTurnMs: Ratio }[]
    }[]
  }
  return crowds.flatMap(({ streams, contenders }) =>
    contenders
      .filter(({ name }) => name === 'millrace')
      .map(({ longestTurnMs: { median, low, high } }) => ({
        on: `to ${streams.toLocaleString('en')} streams`,
        bound: '≤ 10 ms',
        measured: `${median.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`,
        // Never is never: the longest counts.
        isMet: high <= 10,
      })),
  )
}

function lags({ figures }: Result): readonly Outcome[] {
  const { contenders } = figures as {
    readonly contenders: readonly { readonly name: string; readonly p50Ms: Ratio; readonly p99Ms: Ratio }[]
  }
  return contenders.map(({ name, p50Ms, p99Ms }) => ({
    on: name,
    bound: 'beside plain',
    measured: `${p50Ms.median.toFixed(1)} ms, ${p99Ms.median.toFixed(1)} ms`,
    isMet: undefined,
  }))
}

function rendersPerFrame({ figures, settings }: Result): readonly Outcome[] {
  const { modes, sustained } = figures as unknown as {
    readonly modes: { readonly frame: readonly { readonly renders: number; readonly frames: number }[] }
    readonly sustained: { readonly renders: number; readonly frames: number }
  }
  const { components = 1, events = 0, sustainedPerSecond = 0 } = settings
  const outcome = (
    on: string,
    runs: readonly { readonly renders: number; readonly frames: number }[],
  ): Outcome => {
    const most = Math.max(...runs.map(({ renders, frames }) => renders / components / frames))
    return { on, bound: '≤ 1', measured: most.toFixed(2), isMet: most <= 1 }
  }
  return [
    outcome(`${events.toLocaleString('en')} events, ${components} components`, modes.frame),
    outcome(`${sustainedPerSecond.toLocaleString('en')} events/s, ${components} components`, [sustained]),
  ]
}
