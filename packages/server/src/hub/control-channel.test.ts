import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import type { Refusal } from '../admission/refusal.ts'
import type { Announcement } from '../log/backplane.ts'
import { MemoryBackplane } from '../log/memory-backplane.ts'
import { toResponse } from '../response/to-response.ts'

/** A log whose announcements of revocations do not arrive while `isDeaf`. */
class LossyBackplane extends MemoryBackplane {
  isDeaf = false

  override tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void> {
    return super.tail(channel, (announcement) => {
      if (!this.isDeaf || channel !== 'millrace.control') listener(announcement)
    })
  }
}

describe('a revocation on another instance', () => {
  test('counts for the first request of an instance, which is being judged', async () => {
    const backplane = new MemoryBackplane()
    const [here, there] = [createHub({ backplane }), createHub({ backplane })]
    let grant: (admission: object) => void = () => undefined
    const asked = vi.fn<() => Promise<object>>(() => new Promise((resolve) => (grant = resolve)))
    const answer = toResponse(streamRequest(), ticks, { hub: here, authorize: asked })
    await vi.waitFor(() => expect(asked).toHaveBeenCalled())
    // `authorize` has looked, and what it saw is no longer true when it answers.
    await there.revoke({ principal: 'ann' })
    grant({ principal: 'ann' })
    expect(await (await answer).text()).toMatch(/^retry: \d+\n\n$/)
    expect(here.inspect().streams).toBe(0)
  })

  test('must be heard before anybody is let in', async () => {
    const backplane = new MemoryBackplane()
    const tail = backplane.tail.bind(backplane)
    let isForbidden = true
    vi.spyOn(backplane, 'tail').mockImplementation(async (channel, listener) => {
      if (isForbidden && channel === 'millrace.control') throw new Error('no permission')
      return tail(channel, listener)
    })
    const refusals: Refusal[] = []
    const errors: unknown[] = []
    const observer = {
      onRefuse: (refusal: Refusal) => void refusals.push(refusal),
      onError: (error: unknown) => void errors.push(error),
    }
    const hub = createHub({ backplane, observer })
    const authorize = vi.fn<() => object>(() => ({ principal: 'ann' }))
    const ask = (): Promise<Response> => toResponse(streamRequest(), ticks, { hub, authorize })
    expect(await (await ask()).text()).toMatch(/^retry: \d+\n\n$/)
    expect(refusals).toEqual([{ reason: 'unavailable', channel: 'ticks', principal: undefined }])
    expect(errors).toEqual([expect.objectContaining({ message: 'no permission' })])
    expect(authorize).not.toHaveBeenCalled()
    isForbidden = false
    const reader = new BlockReader(await ask())
    expect((await reader.event()).type).toBe('millrace.open')
  })

  test('that an instance missed has all judged again whom it could name, and nobody else', async () => {
    const backplane = new LossyBackplane()
    const ended: unknown[] = []
    const observer = {
      onStreamEnd: ({ principal, cause }: { principal: string | undefined; cause: string }) =>
        void ended.push([principal, cause]),
    }
    const [here, there] = [createHub({ backplane, observer }), createHub({ backplane })]
    const open = async (grant: object): Promise<BlockReader> =>
      new BlockReader(await toResponse(streamRequest(), ticks, { hub: here, authorize: () => grant }))
    const [ann, team, anybody] = [
      await open({ principal: 'ann' }),
      await open({ tags: ['blue'] }),
      await open({}),
    ]
    await Promise.all([ann, team, anybody].map((reader) => reader.events(2)))
    let grant: (admission: object) => void = () => undefined
    const authorize = (): Promise<object> => new Promise((resolve) => (grant = resolve))
    const judged = toResponse(streamRequest(), ticks, { hub: here, authorize })

    backplane.isDeaf = true
    await there.revoke({ principal: 'ann' })
    // More than the log of revocations keeps.
    for (let times = 0; times < 1000; times++) await there.revoke({ tag: 'nobody' })
    backplane.isDeaf = false
    await there.revoke({ tag: 'nobody' })

    expect(await Promise.all([ann.rest(), team.rest()])).toEqual([[], []])
    expect(ended).toEqual([
      ['ann', 'broken'],
      [undefined, 'broken'],
    ])
    grant({ principal: 'ben' })
    expect(await (await judged).text()).toMatch(/^retry: \d+\n\n$/)
    await here.publish(ticks, { type: 'tick', data: { n: 1 } })
    expect((await anybody.event()).data).toBe('{"n":1}')
  })
})
