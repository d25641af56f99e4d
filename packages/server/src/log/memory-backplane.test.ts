import { describe, test } from 'vitest'
import { backplaneConformance } from '../testing/backplane-conformance.ts'
import { memoryBackplane } from './memory-backplane.ts'

describe('the memory backplane', () => {
  const cases = backplaneConformance(async () => {
    const backplane = memoryBackplane()
    return {
      backplane,
      restart: async (channel) => backplane.restart(channel),
      rollBack: async (channel, seq) => backplane.rollBack(channel, seq),
    }
  })
  // oxlint-disable-next-line vitest/expect-expect -- a case throws where it does not hold
  test.each(cases)('$name', ({ run }) => run())
})
