/** What lies between clients and instances: it sends each client to some instance, and cuts connections at random bytes. */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { seededRandom } from '../../../../scripts/testing/seeded-random.ts'
import { answerCommands } from '../../harness/commands.ts'
import type { ClientResponse } from './clients.ts'

/** The first bytes of a response: head, padding, `millrace.open`, a gap, the first events. */
const OPENING_BYTES = 3000

let targets: readonly number[] = []
let random = seededRandom(0)
let isCutting = false
let cuts = 0
/** How to stall each connection, by the response that it carries. */
const stalls = new Map<string, (forMs: number) => void>()

/** After how many bytes a connection is cut: some in their opening, the others within half a minute. */
function budgetOf(path: string): number {
  if (random() < 0.2) return Math.ceil(random() * OPENING_BYTES)
  return Math.ceil(random() * (path.includes('heavy') ? 30_000_000 : 150_000))
}

/** Which response of which client a connection is for: its request says so. */
const PLACE = /[?&]client=(\d+)&response=(\d+)/

function join(client: Socket, request: Buffer): void {
  const port = targets[Math.floor(random() * targets.length)]
  if (port === undefined) return void client.destroy()
  const head = request.toString('latin1', 0, 100)
  const [, index, response] = PLACE.exec(head) ?? []
  const place = placeOf({ client: Number(index), response: Number(response) })
  const server = connect(port, '127.0.0.1')
  let left = budgetOf(head)
  let isStalled = false
  const end = (): void => {
    stalls.delete(place)
    client.destroy()
    server.destroy()
  }
  stalls.set(place, (forMs) => {
    isStalled = true
    server.pause()
    setTimeout(() => {
      isStalled = false
      server.resume()
    }, forMs)
  })
  for (const socket of [client, server]) socket.on('error', end).on('close', end)
  server.write(request)
  client.on('data', (chunk) => server.write(chunk))
  client.on('drain', () => {
    if (!isStalled) server.resume()
  })
  server.on('data', (chunk: Buffer) => {
    if (isCutting && chunk.length >= left) {
      cuts++
      server.pause()
      client.write(chunk.subarray(0, Math.max(left, 0)), end)
      return
    }
    left -= chunk.length
    if (!client.write(chunk)) server.pause()
  })
  server.on('end', () => client.end())
}

function placeOf({ client, response }: ClientResponse): string {
  return `${client} ${response}`
}

const proxy = createServer((client) => {
  client.on('error', () => client.destroy())
  client.once('data', (request) => join(client, request))
})

const commands = {
  /** Listens on a free port, which it returns. */
  listen: async (seed: number): Promise<number> => {
    random = seededRandom(seed)
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    return (proxy.address() as AddressInfo).port
  },
  /** Where connections go from now on. */
  setTargets: (ports: readonly number[]): void => {
    targets = ports
  },
  startCuts: (): void => {
    isCutting = true
  },
  stopCuts: (): void => {
    isCutting = false
  },
  /** Reads nothing more of some responses for a while: here, where only one of the kernel's buffers has to fill before the server sees it. */
  stall: ({
    responses,
    forMs,
  }: {
    readonly responses: readonly ClientResponse[]
    readonly forMs: number
  }): void => {
    for (const response of responses) stalls.get(placeOf(response))?.(forMs)
  },
  /** How many connections were cut. */
  cuts: (): number => cuts,
}

/** What the proxy can be asked. */
export type ProxyCommands = typeof commands

answerCommands(commands)
