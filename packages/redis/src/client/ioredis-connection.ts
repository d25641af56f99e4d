import { ClientEvents } from './client-events.ts'
import { Redirections } from './ioredis-redirections.ts'
import type {
  RedisConnection,
  RedisNode,
  SubscriberConnection,
  SubscriberEvents,
} from './redis-connection.ts'

/** What is used of an ioredis client or cluster (tried: 5.11 and 6.0). */
export interface IoRedisClient {
  readonly status: string
  readonly options?: { readonly keyPrefix?: string; readonly host?: string; readonly port?: number }
  call(command: string, ...args: readonly string[]): Promise<unknown>
  connect(): Promise<unknown>
  disconnect(): void
  duplicate(override?: object): IoRedisClient
  on(event: string, listener: (...args: never[]) => void): unknown
  subscribe(...channels: readonly string[]): Promise<unknown>
  ssubscribe(...channels: readonly string[]): Promise<unknown>
  unsubscribe(...channels: readonly string[]): Promise<unknown>
  sunsubscribe(...channels: readonly string[]): Promise<unknown>
  /** Clusters only. */
  nodes?(role: 'master'): IoRedisClient[]
}

/** Adapts a client of `ioredis`. */
export function ioRedisConnection(client: IoRedisClient): RedisConnection {
  const events = new ClientEvents(client, ['ready', 'close', 'end'])
  const self = nodeOf(client)
  return {
    get isReady() {
      // `lazyConnect`: it waits for the first command, and ours waits for it to be ready.
      if (client.status === 'wait') client.connect().catch(() => undefined)
      return client.status === 'ready'
    },
    get lastError() {
      return events.lastError
    },
    watch: (watcher) => events.watch(watcher),
    isCluster: typeof client.nodes === 'function',
    send: (_key, [command = '', ...args]) => client.call(command, ...args),
    nodes: async () => client.nodes?.('master').map(nodeOf) ?? [self],
  }
}

function nodeOf(client: IoRedisClient): RedisNode {
  const { host = '', port = '' } = client.options ?? {}
  return {
    address: `${host}:${port}`,
    send: ([command = '', ...args]) => client.call(command, ...args),
    openSubscriber: (events) => openSubscriber(client, events),
  }
}

async function openSubscriber(
  parent: IoRedisClient,
  { onMessage, onLost }: SubscriberEvents,
): Promise<SubscriberConnection> {
  const client = parent.duplicate({
    lazyConnect: true,
    retryStrategy: null,
    autoResubscribe: false,
    readOnly: false,
  })
  let isClosed = false
  const close = (): void => {
    isClosed = true
    client.disconnect()
  }
  const lose = (): void => {
    if (isClosed) return
    close()
    onLost()
  }
  // An error may be about a message that was not asked for, such as, in ioredis 5, the end of a subscription.
  client.on('error', lose)
  client.on('close', lose)
  const redirections = new Redirections(lose)
  client.on('moved', () => redirections.moved())
  const onEvent = (channel: string, message: string): void => onMessage(channel, message)
  client.on('message', onEvent)
  client.on('smessage', onEvent)
  try {
    await client.connect()
  } catch (error) {
    close()
    throw error
  }
  return {
    subscribe: (mode, channels) =>
      redirections.ask(client[mode === 'plain' ? 'subscribe' : 'ssubscribe'](...channels)),
    unsubscribe: (mode, channel) =>
      redirections.ask(client[mode === 'plain' ? 'unsubscribe' : 'sunsubscribe'](channel)),
    close,
  }
}
