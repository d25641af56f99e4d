/** The names under which Redis keeps a channel. They share a hash tag, and so a slot of a cluster. */
export interface ChannelKeys {
  /** A hash: epoch, number, tag and bytes of the head. Outlives the entries. */
  readonly meta: string
  /** A stream: the entries kept. */
  readonly log: string
  /** A hash: the idempotency keys of the entries kept. */
  readonly ids: string
  /** A pub/sub channel: announcements. */
  readonly live: string
}

/** Names a channel's keys. A brace would end the hash tag early, so that two channels' keys could be one. */
export function channelKeys(prefix: string, channel: string): ChannelKeys {
  return keysOf(`${prefix}:{${channel.replace(/[%{}]/g, encodeURIComponent)}}`)
}

/** The pattern of all `meta` keys, for `SCAN`. */
export function metaPattern(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, String.raw`\$&`)}:{*}:meta`
}

/** The keys of the channel that has this `meta` key. */
export function keysOfMeta(meta: string): ChannelKeys {
  return keysOf(meta.slice(0, -':meta'.length))
}

function keysOf(base: string): ChannelKeys {
  return { meta: `${base}:meta`, log: `${base}:log`, ids: `${base}:ids`, live: `${base}:live` }
}
