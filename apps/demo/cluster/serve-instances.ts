import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Balancer, createBalancer } from './balancer.ts'
import { type Exit, type Instance, startInstance } from './start-instance.ts'

/** Longer than pages take to come back: they are seen to go on without it. */
const REPLACED_AFTER_MS = 3000

/**
 * Serves the demo by several processes behind one port. One that is killed is replaced; SIGTERM and SIGINT end all in good order,
 * and a second signal at once.
 *
 * @param count - How many instances.
 */
export async function serveInstances(count: number): Promise<void> {
  if (!process.env['REDIS_URL']) {
    console.error(
      'Instances share their channels through Redis, and REDIS_URL does not say where that is. For example:\n\n' +
        '  REDIS_URL=redis://127.0.0.1:6379 npx --yes pnpm@12 demo:cluster',
    )
    process.exitCode = 1
    return
  }
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => ending.abort())
  const balancer = createBalancer()
  const start = startInNumericalOrder(ending.signal)
  const first = await Promise.all(Array.from({ length: count }, start))
  balancer.server.listen(Number(process.env['PORT']), '127.0.0.1')
  await once(balancer.server, 'listening')
  const { port } = balancer.server.address() as AddressInfo
  const places = first.map((instance) => keep(instance, { balancer, start, ending: ending.signal }))
  console.log(`${count} instances are behind http://127.0.0.1:${port}`)
  await Promise.all(places)
  balancer.server.close()
}

/** Keeps an instance behind the balancer, and another in its place when it has died. */
async function keep(
  first: Instance,
  {
    balancer,
    start,
    ending,
  }: { readonly balancer: Balancer; readonly start: () => Promise<Instance>; readonly ending: AbortSignal },
): Promise<void> {
  for (let instance: Instance | undefined = first; instance;) {
    const { name, port, pid }: Instance = instance
    console.log(`Instance ${name} is process ${pid}, on port ${port}`)
    balancer.add(port)
    const exit = await instance.ended
    balancer.remove(port)
    if (ending.aborted) return
    if (isFault(exit))
      throw new Error(`instance ${name} failed, and so would another (exit code ${exit.code})`)
    console.log(`Instance ${name} has ended (${exit.signal ?? exit.code}), and is replaced`)
    instance = await delay(REPLACED_AFTER_MS, undefined, { signal: ending })
      .then(start)
      .catch((error: unknown) => {
        if (ending.aborted) return undefined
        throw error
      })
  }
}

/** Whether a process ended by a fault of its own, such as a missing build, and not by a signal; 128 and more stand for one. */
function isFault({ code }: Exit): boolean {
  return code !== null && code !== 0 && code < 128
}

/** Each process has a number of its own, so that nobody takes one for the one that died in its place. */
function startInNumericalOrder(ending: AbortSignal): () => Promise<Instance> {
  let started = 0
  return () => startInstance(String(++started), ending)
}
