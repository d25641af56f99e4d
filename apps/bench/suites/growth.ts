import { measureClients } from '../growth/measure-clients.ts'
import { type SizedCost, measureWork } from '../growth/measure-work.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { type Ratio, intervalOf, ratioText } from '../harness/ratio.ts'
import { defineSuite } from '../harness/suite.ts'
import { type Target, judged, targetTable } from '../harness/targets.ts'

/** Something that grows, and what a unit costs meanwhile. */
interface Axis {
  readonly name: string
  /** What a cost is told per. */
  readonly unit: string
  readonly costs: readonly SizedCost[]
}

/** What a unit of work costs while clients, history, channels and lines grow. */
export const growth = defineSuite({
  title: 'What a unit of work costs while clients, history, channels and lines grow',
  method:
    'Each cost is measured at several sizes, in turns for `rounds` rounds, another size first each time. Clients: a server (toNodeHandler, built packages) publishes events of 1 KB to all of its ' +
    'clients, which other processes hold and check event by event; the cost is its CPU time, kernel included, per delivery. History: a full one, without clients; a publish drops the oldest event; a resume ' +
    'is behind by 10 events, and costs what all is from the request to the last of them; a replay gives all, and is told per event. Channels: each has one stream, and the cost is that of a publish until its event is read. ' +
    'Line: one event of one line in chunks of 1 KiB, limits lifted, told per KiB. Each size has a process of its own, at work for `sampleMs` each time, and costs are CPU time throughout, garbage collection included. A ratio is that to the smallest size, round by round: the ' +
    'median, and the interval that has the true one with 95 % or more.',
  settings: { clients: 10_000, history: 100_000, channels: 1000, megabytes: 100, rounds: 11, sampleMs: 100 },
  quick: { clients: 1000, history: 10_000, megabytes: 10, rounds: 3, sampleMs: 20 },
  async run({ clients, history, channels, megabytes, rounds, sampleMs }, bench) {
    checkOpenFiles(clients)
    const { costs, faults } = await measureClients(bench, { sizes: sizesUpTo(clients, 3), rounds })
    const histories = { sizes: sizesUpTo(history, 4), rounds, sampleMs }
    const axes: readonly Axis[] = [
      { name: 'clients', unit: 'delivery', costs },
      { name: 'history', unit: 'publish', costs: await measureWork(bench, 'publish', histories) },
      { name: 'history', unit: 'resume', costs: await measureWork(bench, 'resume', histories) },
      { name: 'history', unit: 'replayed event', costs: await measureWork(bench, 'replay', histories) },
      {
        name: 'channels',
        unit: 'publish',
        costs: await measureWork(bench, 'channels', { sizes: sizesUpTo(channels, 4), rounds, sampleMs }),
      },
      {
        name: 'megabytes of a line',
        unit: 'KiB',
        costs: await measureWork(bench, 'line', { sizes: sizesUpTo(megabytes, 3), rounds, sampleMs }),
      },
    ]
    const compared = axes.map((axis) => ({
      ...axis,
      ratios: axis.costs.map((cost) => ratioTo(axis.costs[0], cost)),
    }))
    const targets = compared.map(targetOf)
    return {
      figures: { axes: compared, targets: targets.map(judged) },
      tables: [
        {
          title: 'Cost per unit',
          columns: ['', 'size', 'per unit', 'to the smallest'],
          rows: compared.flatMap(({ name, unit, costs, ratios }) =>
            costs.map(({ size, unitUs }, index) => [
              `${name}, per ${unit}`,
              size,
              `${intervalOf(unitUs).median.toFixed(2)} µs`,
              ratioText(ratios[index] as Ratio),
            ]),
          ),
        },
        targetTable(targets),
      ],
      problems: faults > 0 ? [`${faults} events were lost, repeated or skipped`] : [],
    }
  },
})

/** Whole powers of ten below a size, and the size: as many as asked for, or as there are. */
function sizesUpTo(size: number, steps: number): readonly number[] {
  const sizes = Array.from({ length: steps }, (_, step) => Math.floor(size / 10 ** (steps - 1 - step)))
  return sizes.filter((each) => each > 0)
}

function ratioTo(smallest: SizedCost | undefined, { unitUs }: SizedCost): Ratio {
  return intervalOf(unitUs.map((us, round) => us / (smallest?.unitUs[round] ?? Number.NaN)))
}

/** The size whose cost has most certainly grown since the smallest. A cost that falls is as good as one that stays. */
function targetOf({ name, unit, costs, ratios }: Axis & { readonly ratios: readonly Ratio[] }): Target {
  const larger = ratios.length > 1 ? ratios.slice(1) : ratios
  const worst = larger.reduce((worst, each) => (each.low > worst.low ? each : worst))
  const at = costs[ratios.indexOf(worst)]?.size ?? 0
  const from = costs[0]?.size ?? 0
  return {
    name: `${name} ${from.toLocaleString('en')} → ${at.toLocaleString('en')}, cost per ${unit}`,
    atMost: 1.3,
    ratio: worst,
  }
}
