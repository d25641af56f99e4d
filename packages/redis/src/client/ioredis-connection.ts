import { errorReplyCode } from '../commands/error-reply.ts'
import type {
  RedisConnection,
  RedisNode,
  SubscriberConnection,
  SubscriberEvents,
} from './redis-connection.ts'

/** What is used of an ioredis client or cluster (tried: 6.0). */
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
  let lastError: unknown
  // Without a listener every failed attempt to connect is written to the console.
  client.on('error', (error: Error) => void (lastError = error))
  const self = nodeOf(client)
  return {
    get isReady() {
      // `lazyConnect`: it waits for the first command, and ours waits for it to be ready.
      if (client.status === 'wait') client.connect().catch(() => undefined)
      return client.status === 'ready'
    },
    get lastError() {
      return lastError
    },
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
  let asking = 0
  let unexplained = 0
  const close = (): void => {
    isClosed = true
    client.disconnect()
  }
  const lose = (): void => {
    if (isClosed) return
    close()
    onLost()
  }
  client.on('error', () => undefined)
  client.on('close', lose)
  // Either a slot moved away with its subscriptions, or we asked a server that does not have it and will hear so ourselves.
  client.on('moved', () => {
    unexplained++
    if (asking === 0) lose()
  })
  const onEvent = (channel: string, message: string): void => onMessage(channel, message)
  client.on('message', onEvent)
  client.on('smessage', onEvent)
  const ask = async (question: Promise<unknown>): Promise<void> => {
    asking++
    try {
      await question
    } catch (error) {
      if (errorReplyCode(error) === 'MOVED') unexplained--
      throw error
    } finally {
      asking--
      if (asking === 0 && unexplained > 0) lose()
    }
  }
  try {
    await client.connect()
  } catch (error) {
    close()
    throw error
  }
  return {
    subscribe: (mode, channels) => ask(client[mode === 'plain' ? 'subscribe' : 'ssubscribe'](...channels)),
    unsubscribe: (mode, channel) => ask(client[mode === 'plain' ? 'unsubscribe' : 'sunsubscribe'](channel)),
    close,
  }
}
