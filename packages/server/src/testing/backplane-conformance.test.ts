import { describe, expect, test } from 'vitest'
import type { Announcement, AppendOptions, LogPage, ReadOptions } from '../log/backplane.ts'
import type { LogEntry, LogRecord } from '../log/log-entry.ts'
import { MemoryBackplane } from '../log/memory-backplane.ts'
import { type BackplaneUnderTest, backplaneConformance } from './backplane-conformance.ts'

/** Announces every second entry before the one in front of it, and reads in that order. */
class WrongOrder extends MemoryBackplane {
  override async read(channel: string, options: ReadOptions): Promise<LogPage> {
    const page = await super.read(channel, options)
    const entries = page.entries.map((entry, index) => page.entries[index ^ 1] ?? entry)
    return { ...page, entries }
  }
}

/** Appends again what was appended before under the same key. */
class Repeating extends MemoryBackplane {
  override async append(
    channel: string,
    record: LogRecord,
    options: AppendOptions,
  ): ReturnType<MemoryBackplane['append']> {
    return super.append(channel, record, { ...options, idempotencyKey: `${Math.random()}` })
  }
}

/** Takes the same data for a repeat. */
class KeyedByData extends MemoryBackplane {
  override async append(
    channel: string,
    record: LogRecord,
    options: AppendOptions,
  ): ReturnType<MemoryBackplane['append']> {
    return super.append(channel, record, {
      ...options,
      idempotencyKey: options.idempotencyKey ?? record.data,
    })
  }
}

/** Says that a tail is armed before it is. */
class HoleAtTheJoin extends MemoryBackplane {
  override async tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void> {
    let stop: (() => void) | undefined
    const timer = setTimeout(
      () =>
        void super.tail(channel, listener).then(
          (stopTail) => (stop = stopTail),
          () => undefined,
        ),
      15,
    )
    return () => {
      clearTimeout(timer)
      stop?.()
    }
  }
}

/** Trims, and numbers what is left as if nothing had been there. */
class SilentTrim extends MemoryBackplane {
  override async read(channel: string, options: ReadOptions): Promise<LogPage> {
    const page = await super.read(channel, { ...options, from: 'oldest' })
    const shift = page.base.seq
    const renumber = (entry: LogEntry): LogEntry => ({ ...entry, seq: entry.seq - shift })
    const after = typeof options.from === 'object' && 'seq' in options.from ? options.from.seq : 0
    return {
      ...page,
      base: { ...page.base, seq: 0 },
      head: { ...page.head, seq: page.head.seq - shift },
      entries: page.entries.map(renumber).filter(({ seq }) => seq > after),
    }
  }
}

/** Gives an entry the same tag whenever its number is used, so that a rollback leaves no trace. */
class SilentRollback extends MemoryBackplane {
  override async read(channel: string, options: ReadOptions): Promise<LogPage> {
    const page = await super.read(channel, options)
    const tagOf = (seq: number): string => `t${seq}`
    return {
      ...page,
      base: { ...page.base, tag: tagOf(page.base.seq) },
      head: { ...page.head, tag: tagOf(page.head.seq) },
      entries: page.entries.map((entry) => ({
        ...entry,
        tag: tagOf(entry.seq),
        previousTag: tagOf(entry.seq - 1),
      })),
    }
  }
  override async append(
    channel: string,
    record: LogRecord,
    options: AppendOptions,
  ): ReturnType<MemoryBackplane['append']> {
    const result = await super.append(channel, record, options)
    return { ...result, position: { ...result.position, tag: `t${result.position.seq}` } }
  }
  override async tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void> {
    return super.tail(channel, (announcement) => {
      if (announcement.kind === 'head') return
      const { entry } = announcement
      listener({ kind: 'entry', entry: { ...entry, tag: `t${entry.seq}`, previousTag: `t${entry.seq - 1}` } })
    })
  }
}

/** The names of the cases that a backplane fails. */
async function failures(create: () => MemoryBackplane): Promise<string[]> {
  const cases = backplaneConformance(async (): Promise<BackplaneUnderTest> => {
    const backplane = create()
    return {
      backplane,
      restart: async (channel) => backplane.restart(channel),
      rollBack: async (channel, seq) => backplane.rollBack(channel, seq),
    }
  })
  const failed = await Promise.all(
    cases.map(async ({ name, run }) =>
      run().then(
        () => [],
        () => [name],
      ),
    ),
  )
  return failed.flat()
}

describe('the conformance suite', () => {
  test.concurrent.each([
    ['reads in the wrong order', WrongOrder, 'appends in order what one publisher awaits in order'],
    ['repeats', Repeating, 'appends once for an idempotency key, also when it is used twice at once'],
    [
      'merges equal events',
      KeyedByData,
      'appends each time without an idempotency key, also the same record',
    ],
    [
      'leaves a hole at the join',
      HoleAtTheJoin,
      'announces every append to each tail of its channel, in order, until it is stopped',
    ],
    ['trims in silence', SilentTrim, 'tells a reader whose place was trimmed how many it missed'],
    [
      'is rolled back in silence',
      SilentRollback,
      'tells a reader when the log was rolled back, also when its numbers were used again',
    ],
  ] as const)('fails a backplane that %s', { timeout: 30_000 }, async (_, Broken, name) => {
    expect(await failures(() => new Broken())).toContain(name)
  })

  test('fails a sound backplane nowhere', async () => {
    expect(await failures(() => new MemoryBackplane())).toEqual([])
  })
})
