import type { Ratio } from '../apps/bench/harness/ratio.ts'
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
  /** What is to be said of it; empty where nothing is wanted but the figure. */
  readonly verdict: 'holds' | 'within the interval' | 'missed' | ''
}

/** All targets, in the order of the page. */
export const wanted: readonly Wanted[] = [
  { suite: 'parse', what: 'LLM tokens, one event per chunk', outcomes: named(/^LLM tokens, one event/) },
  { suite: 'parse', what: 'ids, types and data in 16 KiB chunks', outcomes: named(/^ids \+ event \+ data/) },
  { suite: 'parse', what: 'JSON of 64 KB to 1 MB', outcomes: named(/^JSON/) },
  { suite: 'parse', what: 'every kind of stream in every kind of chunk', outcomes: named(/^the cell/) },
  { suite: 'parse', what: 'geometric mean of all', outcomes: named(/^geometric mean/) },
  { suite: 'parse', what: 'LLM tokens on Node.js 22', outcomes: named(/^Node\.js 22/) },
  { suite: 'parse', what: 'in a browser', outcomes: named(/^Chromium/) },
  {
    suite: 'parse-strings',
    what: 'every kind of stream in every kind of chunk',
    outcomes: named(/^the cell/),
  },
  { suite: 'parse-strings', what: 'geometric mean of all', outcomes: named(/^geometric mean/) },
  { suite: 'iterate', what: 'per event', outcomes: named(/./) },
  { suite: 'encode', what: 'as text', outcomes: named(/^text/) },
  { suite: 'encode', what: 'as bytes, each block in a buffer of its own', outcomes: named(/^bytes/) },
  { suite: 'encode', what: 'as bytes in memory that blocks share', outcomes: named(/^shared bytes/) },
  { suite: 'fanout', what: 'cheaper than plain `res.write`', outcomes: named(/beside res\.write/) },
  { suite: 'fanout', what: 'cheaper than better-sse', outcomes: named(/beside better-sse/) },
  {
    suite: 'fanout',
    what: 'cheaper than lampctl/go-sse, which took 18 µs when it was measured apart',
    outcomes: beside18,
  },
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
      on: found.length === 1 ? '' : target.name,
      bound: boundText(target),
      measured: ratioText(target.ratio),
      verdict: verdictOn(target),
    }))
  }
}

/** A target is missed when all of the interval is; the median alone may fall short, and that is said. */
function verdictOn(target: JudgedTarget): Outcome['verdict'] {
  if (!target.isMet) return 'missed'
  const { median } = target.ratio
  const isMedianThere = 'atLeast' in target ? median >= target.atLeast : median <= target.atMost
  return isMedianThere ? 'holds' : 'within the interval'
}

function boundText(target: JudgedTarget): string {
  const [sign, bound] = 'atLeast' in target ? ['≥', target.atLeast] : ['≤', target.atMost]
  return `${sign} ${Number(bound.toFixed(2))}`
}

function ratioText({ median, low, high }: Ratio): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** A program in Go takes no turns with the others: what is compared is its figure of another day, on such a machine. */
function beside18({ figures }: Result): readonly Outcome[] {
  const { crowds } = figures as {
    readonly crowds: readonly {
      readonly streams: number
      readonly contenders: readonly { readonly name: string; readonly perDeliveryUs: Ratio }[]
    }[]
  }
  const ours = crowds[0]?.contenders.find(({ name }) => name === 'millrace')?.perDeliveryUs
  if (!ours) return []
  const { median, low, high } = ours
  const measured = `${median.toFixed(1)} µs (${low.toFixed(1)}–${high.toFixed(1)})`
  return [
    {
      on: '',
      bound: '≤ 18 µs',
      measured,
      verdict: low <= 18 ? (median <= 18 ? 'holds' : 'within the interval') : 'missed',
    },
  ]
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
        verdict: high <= 10 ? 'holds' : 'missed',
      })),
  )
}

function lags({ figures }: Result): readonly Outcome[] {
  const { contenders } = figures as {
    readonly contenders: readonly { readonly name: string; readonly p50Ms: Ratio; readonly p99Ms: Ratio }[]
  }
  return contenders.map(({ name, p50Ms, p99Ms }) => ({
    on: name,
    bound: '',
    measured: `${p50Ms.median.toFixed(1)} ms, ${p99Ms.median.toFixed(1)} ms`,
    verdict: '',
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
    return { on, bound: '≤ 1', measured: most.toFixed(2), verdict: most <= 1 ? 'holds' : 'missed' }
  }
  return [
    outcome(`${events.toLocaleString('en')} events, ${components} components`, modes.frame),
    outcome(`${sustainedPerSecond.toLocaleString('en')} events/s, ${components} components`, [sustained]),
  ]
}
