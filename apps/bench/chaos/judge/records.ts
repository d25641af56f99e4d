/** One event that was published to a channel, and what became of it. Kept by the publisher; Redis and the servers have no part in it. */
export interface PublishRecord {
  /** Its number within the channel; each is given out once. */
  readonly n: number
  /** When the first attempt was made, in milliseconds of a clock that all processes share. */
  readonly firstAtMs: number
  /** What an attempt resolved with; missing while none has. */
  readonly acknowledged?: Acknowledgement
}

/** What a publish resolved with. */
export interface Acknowledgement {
  /** The cursor of the entry. */
  readonly cursor: string
  /** Whether an earlier attempt had made the entry. */
  readonly repeated: boolean
  /** When the attempt was made. */
  readonly startedAtMs: number
  readonly atMs: number
}

/** Something that chaos took from the data. A restart with all data is none. */
export type DataLoss = {
  /** When Redis had ended for certain. */
  readonly endedAtMs: number
  /** When it was about to be started again. */
  readonly beganAtMs: number
} & (
  | { readonly kind: 'wiped' }
  | {
      readonly kind: 'rolled-back'
      /** When the save was asked for, and when it was there. */
      readonly savedFromMs: number
      readonly savedToMs: number
      /** When the operator's command ran, if it did. */
      readonly newEpochs?: { readonly fromMs: number; readonly toMs: number }
    }
)

/** One thing that happened to a client, in the order in which it did. */
export type Happening =
  /** It asks, with its last cursor or none. */
  | { readonly kind: 'request'; readonly atMs: number; readonly cursor: string }
  | { readonly kind: 'open'; readonly atMs: number; readonly resume: string; readonly id: string }
  | {
      readonly kind: 'gap'
      readonly atMs: number
      readonly reason: string
      readonly missed: number | null
      readonly id: string
    }
  /** A block that moves the position and brings nothing: `millrace.live`, `millrace.heartbeat`. */
  | { readonly kind: 'position'; readonly atMs: number; readonly id: string; readonly isLive: boolean }
  /** Chaos has it read nothing for a while. */
  | { readonly kind: 'stalled' }
  | EventHappening

/** An event. One object for all clients that saw it: `seenAtMs` is when the first of them did. `n` is NaN where the data was not whole. */
export interface EventHappening {
  readonly kind: 'event'
  readonly id: string
  readonly n: number
  readonly seenAtMs: number
}

/** All that happened to one client. */
export interface Story {
  readonly client: number
  readonly happenings: Iterable<Happening>
}
