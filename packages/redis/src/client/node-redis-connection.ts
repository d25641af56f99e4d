import { ClientEvents } from './client-events.ts'
import type {
  RedisConnection,
  RedisNode,
  SubscriberConnection,
  SubscriberEvents,
} from './redis-connection.ts'

type MessageListener = (message: string, channel: string) => void
type Subscribe = (channels: string | readonly string[], listener: MessageListener) => Promise<void>

/** What is used of a node-redis client, cluster or sentinel (tried: 5.12 and 6.3). */
export interface NodeRedisClient {
  readonly isOpen: boolean
  /** Not on clusters of version 5. */
  readonly isReady?: boolean
  connect(): Promise<unknown>
  duplicate(): NodeRedisClient
  on(event: string, listener: (detail?: unknown) => void): unknown
  destroy(): unknown
  subscribe: Subscribe
  unsubscribe: Subscribe
  sSubscribe: Subscribe
  sUnsubscribe: Subscribe
  /** A plain client's takes the command and options; a cluster's is told key and kind, and a sentinel's the kind, before them. */
  sendCommand(...args: readonly unknown[]): Promise<unknown>
  /** Clusters only. */
  readonly masters?: readonly ClusterMaster[]
  /** Clusters only. */
  nodeClient?(master: ClusterMaster): NodeRedisClient | Promise<NodeRedisClient>
  /** Sentinels only. */
  getSentinelNode?(): unknown
}

interface ClusterMaster {
  readonly address: string
}

/** Replies are wanted as text, whatever the client turns them into for its owner. */
const AS_TEXT = { typeMapping: {} }

/** Adapts a client of `redis`. */
export function nodeRedisConnection(client: NodeRedisClient): RedisConnection {
  const isCluster = typeof client.nodeClient === 'function'
  const events = new ClientEvents(client, ['ready', 'reconnecting', 'end', 'connect', 'disconnect'])
  const self: RedisNode = {
    address: '',
    send: (command) =>
      client.getSentinelNode
        ? client.sendCommand(false, command, AS_TEXT)
        : client.sendCommand(command, AS_TEXT),
    openSubscriber: (events) => openSubscriber(client, events),
  }
  return {
    get isReady() {
      return client.isReady ?? client.isOpen
    },
    get lastError() {
      return events.lastError
    },
    watch: (watcher) => events.watch(watcher),
    isCluster,
    send: (key, command) =>
      isCluster ? client.sendCommand(key, false, command, AS_TEXT) : self.send(command),
    nodes: async () => client.masters?.map((master) => masterNode(client, master)) ?? [self],
  }
}

function masterNode(cluster: NodeRedisClient, master: ClusterMaster): RedisNode {
  // Connected when it is used: a server that is away holds up nobody but those who ask for it.
  const connected = async (): Promise<NodeRedisClient> => (await cluster.nodeClient?.(master)) ?? cluster
  return {
    address: master.address,
    send: async (command) => (await connected()).sendCommand(command, AS_TEXT),
    openSubscriber: async (events) => openSubscriber(await connected(), events),
  }
}

/** Events after which subscriptions may have missed something: the library would go on by itself, and say nothing. */
const LOSSES = ['client-error', 'end', 'sharded-channel-moved']

async function openSubscriber(
  parent: NodeRedisClient,
  { onMessage, onLost }: SubscriberEvents,
): Promise<SubscriberConnection> {
  const client = parent.duplicate()
  let state: 'connecting' | 'open' | 'closed' = 'connecting'
  const close = (): void => {
    if (state === 'closed') return
    state = 'closed'
    void Promise.resolve(client.destroy()).catch(() => undefined)
  }
  const lose = (): void => {
    if (state === 'closed') return
    close()
    onLost()
  }
  client.on('error', () => {
    // Of several Sentinels one may be away.
    if (state === 'open' || !client.getSentinelNode) lose()
  })
  try {
    await client.connect()
  } catch (error) {
    close()
    throw error
  }
  if (state === 'connecting') state = 'open'
  for (const event of LOSSES) client.on(event, lose)
  client.on('topology-change', (change) => {
    // What a Sentinel says when another server takes the writes, and with them the announcements.
    if ((change as { readonly type?: string } | undefined)?.type === 'MASTER_CHANGE') lose()
  })
  const listener: MessageListener = (message, channel) => onMessage(channel, message)
  return {
    subscribe: (mode, channels) => client[mode === 'plain' ? 'subscribe' : 'sSubscribe'](channels, listener),
    unsubscribe: (mode, channel) =>
      client[mode === 'plain' ? 'unsubscribe' : 'sUnsubscribe'](channel, listener),
    close,
  }
}
