/** How announcements travel: to all servers, or within the shard that has the channel (Redis Cluster 7 and later). */
export type PubSubMode = 'plain' | 'sharded'

/** What happens on a subscriber connection. */
export interface SubscriberEvents {
  /** A message arrived on a pub/sub channel. */
  readonly onMessage: (channel: string, message: string) => void
  /** The connection is gone, or no longer trusted to hear everything. Called at least once, unless closed by its owner. */
  readonly onLost: () => void
}

/** A connection for subscriptions alone. It lives once: what is lost is closed, and its owner opens another. */
export interface SubscriberConnection {
  /** Subscribes; resolves when the server acknowledged. */
  subscribe(mode: PubSubMode, channels: readonly string[]): Promise<void>
  /** Unsubscribes; resolves when the server acknowledged. */
  unsubscribe(mode: PubSubMode, channel: string): Promise<void>
  /** Disconnects at once. */
  close(): void
}

/** One server that takes writes. */
export interface RedisNode {
  /** `host:port`, as a redirection names it. */
  readonly address: string
  /** Sends a command to this server. */
  send(command: readonly string[]): Promise<unknown>
  /** Opens a connection for subscriptions. */
  openSubscriber(events: SubscriberEvents): Promise<SubscriberConnection>
}

/** What the backplane needs of a client library; each has its adapter beside this file. */
export interface RedisConnection {
  /** Whether a command sent now is written at once, and not queued until a connection is there. */
  readonly isReady: boolean
  /** What the client last complained about. */
  readonly lastError: unknown
  /** Calls back whenever `isReady` may have changed. Returns a function that ends this. */
  watch(watcher: () => void): () => void
  /** Whether keys are spread over several servers. */
  readonly isCluster: boolean
  /** Sends a command to the server that has `key`. */
  send(key: string, command: readonly string[]): Promise<unknown>
  /** The servers that take writes: one, unless this is a cluster. */
  nodes(): Promise<readonly RedisNode[]>
}
