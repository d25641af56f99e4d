import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startNextApp } from '../../../scripts/testing/next-app.ts'
import { type Audience, type BroadcastServer, openAudience } from '../harness/audience.ts'
import { BURST, measureCosts, timesAsCheap } from '../harness/fanout-costs.ts'
import { intervalOf } from '../harness/ratio.ts'
import { microseconds } from '../harness/report.ts'
import { defineSuite } from '../harness/suite.ts'
import { type Target, judged, targetTable } from '../harness/targets.ts'
import type { ControlRequest, RouteName } from '../next-app/app/control/route.ts'

const FOLDER = join(import.meta.dirname, '../next-app')
const ROUTES: readonly RouteName[] = ['millrace', 'plain']

/** One event to many streams of Next.js routes: ours, and the cheapest plain one. */
export const fanoutNext = defineSuite({
  title:
    'One event to 1,000 streams of Next.js routes: `channelRoute`, beside the cheapest plain `ReadableStream`',
  method:
    'One production build on `next start`, with both routes and their streams open throughout. The plain route enqueues chunks that are encoded once, whether their clients read or not. Readers, in processes of their own, hold ' +
    'every event to what was sent: once, in order, whole. In each of `rounds` rounds, with the other one first each time, events of about a kilobyte (`padBytes` and what is around it) are broadcast at a pace that lets ' +
    'readers keep up; when all have read all, the CPU time of the process, user and kernel, is divided by the events that were delivered. Ten in one tick are likewise compared with one.',
  settings: { streams: 1000, rounds: 11, deliveries: 10_000, padBytes: 980 },
  quick: { rounds: 5 },
  async run({ streams, rounds, deliveries, padBytes }, { children, note }) {
    note('next build')
    const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const
    await promisify(execFile)(process.execPath, [next, 'build'], { cwd: FOLDER, env })
    const app = await startNextApp(FOLDER)
    try {
      const audiences: Array<Audience & { readonly name: string }> = []
      for (const name of ROUTES) {
        const server = serverOf(app.url, name)
        audiences.push({ name, ...(await openAudience(children, server, { streams, padBytes })) })
      }
      const costs = await measureCosts(audiences, { rounds, deliveries, padBytes, hasBurst: true, note })
      for (const { leave } of audiences) await leave()
      const burst = costs.find(({ name }) => name === 'millrace')?.burst ?? intervalOf([])
      const targets: Target[] = [
        {
          name: 'beside the plain route (1.05 times its cost)',
          atLeast: 1 / 1.05,
          ratio: timesAsCheap(costs, 'millrace', 'plain'),
        },
        {
          name: `twice the cost of one event, by that of ${BURST} in one tick`,
          atLeast: 1,
          ratio: { median: 2 / burst.median, low: 2 / burst.high, high: 2 / burst.low },
        },
      ]
      return {
        figures: { streams, routes: costs, targets: targets.map(judged) },
        tables: [
          {
            title: `1 KB to ${streams.toLocaleString('en')} streams`,
            columns: ['', 'CPU per delivery', 'low', 'high', `${BURST} in a tick cost`],
            rows: costs.map(({ name, perDeliveryUs: us, burst }) => [
              name,
              ...[us.median, us.low, us.high].map(microseconds),
              `${burst?.median.toFixed(1)}x one`,
            ]),
          },
          targetTable(targets),
        ],
        problems: [],
      }
    } finally {
      await app.stop()
    }
  },
})

function serverOf(url: string, route: RouteName): BroadcastServer {
  const ask = async (request: ControlRequest): Promise<number> => {
    const response = await fetch(`${url}/control`, { method: 'POST', body: JSON.stringify(request) })
    if (!response.ok) throw new Error(`the app answered ${request.command} with ${response.status}`)
    return (await response.json()) as number
  }
  return {
    port: Number(new URL(url).port),
    path: `/${route}`,
    broadcast: (sample) => ask({ command: 'broadcast', route, sample }),
    cpuUs: () => ask({ command: 'cpuUs' }),
  }
}
