import type { Load, Mode, Outcome } from '../browser/react-page.ts'
import { startPageServer } from '../browser/page-server.ts'
import { type MeasuredPage, openMeasuredPage } from '../harness/chromium.bench.ts'
import { milliseconds } from '../harness/report.ts'
import { summaryOf } from '../harness/statistics.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'

const modes: readonly Mode[] = ['naive', 'frame', 'chunk', 'event']

/** What one mode came to in one round. */
interface Measured extends Outcome {
  /** The main thread's time for all of it. */
  readonly busyMs: number
  /** The time of its scripts among that. */
  readonly scriptMs: number
}

/** Components that show what one stream brings, in a real browser. */
export const react = defineSuite({
  title:
    'Components that count the events of one stream: what the hook renders and costs beside one that sets state per event',
  method:
    '`components` components in a real Chromium, React and Millrace bundled for production, each count `events` events that the server writes at ' +
    '`perSecond`, one write per event. Each mode has a stream of its own, one mode after the other, for `rounds` rounds; figures are ' +
    'medians. "naive" is one native EventSource for all components, each of which sets a state per event. The others share a fold, with the flush ' +
    "mode of that name, and have a listener that hears each event. The time is that of the renderer's main thread, as the browser counts it. Then " +
    '`sustainedPerSecond` events a second for `seconds` seconds, shown per frame: a frame is dropped for each that a screen of 60 Hz would have ' +
    'had between two that were painted.',
  settings: {
    components: 20,
    events: 2000,
    perSecond: 2000,
    rounds: 3,
    sustainedPerSecond: 1000,
    seconds: 30,
  },
  quick: { rounds: 1, seconds: 5 },
  async run({ components, events, perSecond, rounds, sustainedPerSecond, seconds }, { note }) {
    const server = await startPageServer('react-page')
    try {
      const page = await openMeasuredPage(server.url)
      try {
        const measured = new Map<Mode, Measured[]>(modes.map((mode) => [mode, []]))
        for (let round = 1; round <= rounds; round += 1) {
          for (const mode of modes) {
            note(`round ${round}: ${mode}`)
            measured.get(mode)?.push(await measure(page, { mode, components, count: events, perSecond }))
          }
        }
        note(`${sustainedPerSecond} events a second for ${seconds} s`)
        const load: Load = {
          mode: 'frame',
          components,
          count: sustainedPerSecond * seconds,
          perSecond: sustainedPerSecond,
        }
        const sustained = await measure(page, load)
        const streams = server.streams()
        return findingOf({ measured, sustained, load, rounds, streams, components, events })
      } finally {
        await page.close()
      }
    } finally {
      await server.close()
    }
  },
})

async function measure(page: MeasuredPage, load: Load): Promise<Measured> {
  const before = await page.seconds()
  const outcome = await page.call<Outcome>('run', load)
  const after = await page.seconds()
  return {
    ...outcome,
    busyMs: (after.tasks - before.tasks) * 1000,
    scriptMs: (after.scripts - before.scripts) * 1000,
  }
}

function findingOf({
  measured,
  sustained,
  load,
  rounds,
  streams,
  components,
  events,
}: {
  readonly measured: ReadonlyMap<Mode, readonly Measured[]>
  readonly sustained: Measured
  readonly load: Load
  readonly rounds: number
  readonly streams: number
  readonly components: number
  readonly events: number
}): Finding {
  const all = [...[...measured.values()].flat(), sustained]
  const missing = all
    .filter(({ lost }) => lost >= 0)
    .reduce((sum, { lost, repeated }) => sum + lost + repeated, 0)
  const medianOf = (mode: Mode, figure: keyof Measured): number =>
    summaryOf((measured.get(mode) ?? []).map((each) => each[figure])).median
  const perFrame = [...(measured.get('frame') ?? []), sustained]
  return {
    figures: { modes: Object.fromEntries(measured), sustained, streams },
    tables: [
      {
        title: `${events} events, ${components} components, medians of ${rounds}`,
        columns: ['', 'renders', 'main thread', 'scripts', 'frames', 'frames dropped'],
        rows: modes.map((mode) => [
          mode,
          medianOf(mode, 'renders'),
          milliseconds(medianOf(mode, 'busyMs')),
          milliseconds(medianOf(mode, 'scriptMs')),
          medianOf(mode, 'frames'),
          medianOf(mode, 'dropped'),
        ]),
      },
      {
        title: `${load.perSecond} events a second for ${(sustained.elapsedMs / 1000).toFixed(1)} s, per frame`,
        columns: [
          'events',
          'renders',
          'main thread',
          'frames',
          'frames dropped',
          'longest',
          'lost',
          'repeated',
        ],
        rows: [
          [
            load.count,
            sustained.renders,
            milliseconds(sustained.busyMs),
            sustained.frames,
            sustained.dropped,
            milliseconds(sustained.longestFrameMs),
            sustained.lost,
            sustained.repeated,
          ],
        ],
      },
    ],
    problems: [
      ...(missing > 0 ? [`${missing} events were lost, or heard twice`] : []),
      ...(streams === all.length ? [] : [`${streams} streams were opened for ${all.length} runs`]),
      // One more than frames: the first event after idle is shown at once. And one for the first of all.
      ...(perFrame.some(({ renders, frames }) => renders > components * (frames + 2))
        ? ['a component rendered more than once in a frame']
        : []),
    ],
  }
}
