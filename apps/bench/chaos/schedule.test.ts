import { describe, expect, test } from 'vitest'
import { type Act, scheduleOf } from './schedule.ts'

const run = { seconds: 120, instances: 3, clients: 200, seed: 1, broken: undefined }
const seeds = Array.from({ length: 20 }, (_, seed) => seed)

const countOf = (acts: readonly Act[], kind: Act['kind']): number =>
  acts.filter((act) => act.kind === kind).length

describe('a schedule', () => {
  test('is the same for a seed, and another for another', () => {
    expect(scheduleOf(run)).toEqual(scheduleOf({ ...run }))
    expect(scheduleOf(run)).not.toEqual(scheduleOf({ ...run, seed: 2 }))
  })

  test.each(seeds)('has all that two minutes have to have (seed %i)', (seed) => {
    const { acts } = scheduleOf({ ...run, seed })
    expect(countOf(acts, 'kill')).toBeGreaterThanOrEqual(5)
    expect(countOf(acts, 'pause')).toBeGreaterThanOrEqual(5)
    expect(countOf(acts, 'restart')).toBeGreaterThanOrEqual(3)
    expect(countOf(acts, 'wipe')).toBeGreaterThanOrEqual(2)
    expect(countOf(acts, 'drop-subscribers')).toBeGreaterThanOrEqual(20)
    const rollbacks = acts.filter((act) => act.kind === 'roll-back')
    expect(rollbacks.length).toBeGreaterThanOrEqual(2)
    expect(rollbacks.filter(({ setsNewEpochs }) => setsNewEpochs)).toHaveLength(rollbacks.length / 2)
  })

  test.each(seeds)('is over when all is to be calm (seed %i)', (seed) => {
    const { acts, calmAtMs, muteAtMs, endMs } = scheduleOf({ ...run, seconds: 12 + seed, seed })
    expect(acts.map(({ atMs }) => atMs)).toEqual(
      acts.map(({ atMs }) => atMs).sort((one, other) => one - other),
    )
    for (const act of acts) {
      expect(act.atMs).toBeGreaterThanOrEqual(0)
      expect(act.atMs + ('forMs' in act && act.kind !== 'mute' ? act.forMs : 0)).toBeLessThanOrEqual(
        calmAtMs + 1,
      )
    }
    for (const { instance } of acts.filter((act) => act.kind === 'kill'))
      expect([0, 1, 2]).toContain(instance)
    expect(calmAtMs).toBeLessThan(muteAtMs)
    expect(muteAtMs).toBeLessThan(endMs)
  })

  test.each(seeds)('rolls back with and without new epochs, in a short run too (seed %i)', (seed) => {
    const { acts } = scheduleOf({ ...run, seconds: 12, seed })
    const told = acts.filter((act) => act.kind === 'roll-back').map(({ setsNewEpochs }) => setsNewEpochs)
    expect(new Set(told)).toEqual(new Set([true, false]))
    const kinds = new Set(acts.map(({ kind }) => kind))
    for (const kind of ['kill', 'pause', 'restart', 'wipe', 'drop-subscribers']) expect(kinds).toContain(kind)
  })
})
