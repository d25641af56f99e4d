import { expect, test } from 'vitest'
import { StoryLog, storiesOf } from './story-log.ts'

test('a story is told as it was written down, each event kept once for all', () => {
  const log = new StoryLog()
  const asked = { kind: 'request', atMs: 1, cursor: '' } as const
  const first = [log.other(asked), log.event('e.1.a', 1), log.event('e.2.b', 2)]
  const second = [log.event('e.2.b', 2), log.other({ kind: 'stalled' }), log.event('e.2.b', 3)]
  const { events, others } = log
  const stories = storiesOf({
    events,
    others,
    clients: [
      { client: 4, places: Int32Array.from(first) },
      { client: 7, places: Int32Array.from(second) },
    ],
  })
  expect(stories.map(({ client }) => client)).toEqual([4, 7])
  expect(stories.map(({ happenings }) => [...happenings])).toMatchObject([
    [asked, { kind: 'event', id: 'e.1.a', n: 1 }, { id: 'e.2.b', n: 2 }],
    // What came under a known cursor with another number is not taken for the same.
    [{ id: 'e.2.b', n: 2 }, { kind: 'stalled' }, { id: 'e.2.b', n: 3 }],
  ])
  expect(events).toHaveLength(3)
})
