import { expect, test } from 'vitest'
import { MemoryBackplane } from '../log/memory-backplane.ts'
import type { LogPage } from '../log/backplane.ts'
import { ChannelFeed } from './channel-feed.ts'

const history = { maxEvents: 1000, maxAgeMs: 600_000, maxBytes: 1e9 }
const append = (backplane: MemoryBackplane, n: number) =>
  backplane.append('c', { type: 'x', data: String(n) }, { idempotencyKey: String(n), history })

test.each(Array.from({ length: 12 }, (_, microtasks) => microtasks))(
  'hands on at once what is announced %i microtasks after a read of the log',
  async (microtasks) => {
    let afterRead: () => void = () => undefined
    const backplane = new (class extends MemoryBackplane {
      override async read(...args: Parameters<MemoryBackplane['read']>): Promise<LogPage> {
        const page = await super.read(...args)
        afterRead()
        return page
      }
    })()
    const feed = new ChannelFeed('c', { backplane, history, maxQueueBytes: 1e6 })
    await feed.armed
    const heard: string[] = []
    const member = {
      onEntry: ({ data }: { data: string }) => void heard.push(data),
      onBreak: () => undefined,
      onFail: () => undefined,
    }
    if (!feed.head || !feed.attach(member, feed.head)) throw new Error('not attached')
    await append(backplane, 1)
    afterRead = () => {
      afterRead = () => undefined
      let turn = Promise.resolve()
      for (let count = 0; count < microtasks; count++) turn = turn.then(() => undefined)
      void turn.then(() => append(backplane, 2))
    }
    await feed.catchUp(feed.head)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(heard).toEqual(['1', '2'])
    feed.close()
  },
)
