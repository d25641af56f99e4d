import { expect, onTestFinished, test, vi } from 'vitest'
import { streamRequest } from '../../test/block-reader.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import type { ToResponseOptions } from '../response/to-response.ts'
import type { HubOptions } from './hub-options.ts'

const FAILURE = new Error('looked up in vain')

/** A function that should answer at once, and that somebody made `async`. */
async function fail(): Promise<never> {
  throw FAILURE
}

// What applications do, whether their types allow it or not.
const hubs: Readonly<Record<string, object>> = {
  'limits.address': { limits: { perAddress: 1, address: fail } },
  'observer.onStreamOpen': { observer: { onStreamOpen: fail } },
  'observer.onPublish': { observer: { onPublish: fail } },
}
const routes: Readonly<Record<string, object>> = {
  filter: { authorize: () => ({ filter: fail }) },
  'slowConsumer.key': { slowConsumer: { policy: 'latest-by-key', key: fail } },
}

test.each([...Object.keys(hubs), ...Object.keys(routes)])(
  'tells the observer why the promise of %s failed, and goes on',
  async (name) => {
    const onError = vi.fn<(error: unknown) => void>()
    const { observer, ...options }: HubOptions = hubs[name] ?? {}
    const hub = createHub({ ...options, observer: { ...observer, onError } })
    const route: ToResponseOptions<Ticks, undefined> = routes[name] ?? {}
    const text = hub.respond(streamRequest(), ticks, route).then((response) => response.text(), String)
    await vi.waitFor(async () => {
      await hub.publish(ticks, { type: 'tick', data: { n: 1 } })
      expect(onError).toHaveBeenCalledWith(FAILURE)
    })
    await hub.close()
    expect(await text).toMatch(/retry: \d+\n\n$|^TypeError: limits\.address must/)
  },
)

const asks: Readonly<Record<string, () => Promise<Response>>> = {
  'observer.onError': () =>
    createHub({ observer: { onError: fail } }).respond(streamRequest(), ticks, { snapshot: fail }),
  'cors.origins': () => {
    const request = streamRequest('', { headers: { origin: 'https://app.example' } })
    return createHub().respond(request, ticks, { cors: { origins: fail as never } })
  },
}

test.each(Object.entries(asks))('leaves that of %s to the console', async (_, ask) => {
  const error = vi.spyOn(console, 'error').mockReturnValue()
  onTestFinished(() => error.mockRestore())
  await (await ask()).text()
  await vi.waitFor(() => expect(error).toHaveBeenCalledWith('[millrace]', FAILURE))
})
