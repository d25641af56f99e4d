import type { SessionReader } from '../channel/session-reader.ts'
import type { SessionRecord } from '../session/session-registry.ts'
import type { Session } from '../session/session.ts'
import type { StreamGrant } from './stream-grant.ts'

/** What the registry is told of a channel's stream. */
type ChannelRecordOptions = Pick<
  SessionRecord,
  'channel' | 'principal' | 'heartbeatMs' | 'lifetimeEndsMs'
> & {
  /** What the stream is granted. */
  readonly grant: StreamGrant
}

/** The record of a channel's stream. A class, since an object with getters of its own is 0.8 KB. */
export class ChannelRecord implements SessionRecord {
  readonly channel: string | undefined
  readonly principal: string | undefined
  readonly heartbeatMs: number
  readonly lifetimeEndsMs: number
  readonly #reader: SessionReader
  readonly #grant: StreamGrant

  constructor(
    reader: SessionReader,
    { channel, principal, heartbeatMs, lifetimeEndsMs, grant }: ChannelRecordOptions,
  ) {
    this.channel = channel
    this.principal = principal
    this.heartbeatMs = heartbeatMs
    this.lifetimeEndsMs = lifetimeEndsMs
    this.#reader = reader
    this.#grant = grant
  }

  get session(): Session {
    return this.#reader.session
  }

  get tags(): readonly string[] {
    return this.#grant.admission.tags ?? []
  }

  get expiresAtMs(): number {
    return this.#grant.admission.expiresAtMs ?? Infinity
  }

  get revalidation(): SessionRecord['revalidation'] {
    return this.#grant.revalidation
  }

  beat(): void {
    this.#reader.beat()
  }

  farewell(): Uint8Array | undefined {
    return this.#reader.farewell()
  }
}
