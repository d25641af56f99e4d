// The numbers of Millrace's policy, in a file of their own so that bundlers put them in place.

/** The reconnection time until the server or the application sets one. */
export const DEFAULT_RECONNECTION_TIME_MS = 3000
/** The shortest reconnection time that is kept: `retry: 0` must not make a hot loop. */
export const MIN_RECONNECTION_TIME_MS = 250
/** The longest, since `retry: 4294967296` overflows `setTimeout`. */
export const MAX_RECONNECTION_TIME_MS = 3_600_000
/** The backoff after the first failure; it doubles with each one in a row. */
export const FIRST_BACKOFF_MS = 1000
/** The longest backoff. */
export const MAX_BACKOFF_MS = 30_000
/** The longest reconnection time where the standard alone counts: what `setTimeout` holds, with a backoff on top. */
export const MAX_STANDARD_RECONNECTION_TIME_MS: number = 2 ** 31 - 1 - MAX_BACKOFF_MS
/** A stream that was open for this long was stable: failures before it do not count any more. */
export const STABLE_MS = 10_000
/** How often a watchdog looks at its connection. */
export const WATCH_EVERY_MS = 1000
/** A look that is late by this much was slept through. The timers of a page in the background are late by up to a minute. */
export const SLEEP_MS = 90_000
/** Silence of so many heartbeats means that a connection is dead. */
export const DEAD_AFTER_HEARTBEATS = 2.5
/** After so many stalls in a row silence means nothing: somebody on the way keeps the heartbeats back. */
export const TRUSTED_STALLS = 2
/** Reading stops while this many items wait for a loop to take them. One chunk may bring more at once. */
export const MAX_QUEUED_ITEMS = 1000
/** The longest last event ID that is sent, in bytes: servers refuse requests whose head passes 8 KiB or so. */
export const MAX_SENT_ID_BYTES = 4096
