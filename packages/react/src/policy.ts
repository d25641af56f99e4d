// The numbers of the hooks, in a file of their own so that bundlers put them in place.

/** How long a connection outlives its last component, in milliseconds. */
export const LINGER_MS = 5000
/** The longest delay that timers take, in milliseconds; a longer one would fire at once. */
export const LONGEST_TIMER_MS = 2_147_483_647
/** How many gaps are kept for a component that is hidden. */
export const MAX_UNHEARD_GAPS = 100
/** How many folds of a stream may run that nobody reads any more. */
export const MAX_UNREAD_FOLDS = 100
/** How many types of events the latest one is kept of. */
export const MAX_TYPES = 100
/** How long news may wait for a frame, in milliseconds: animation frames stop while a document is hidden. */
export const HIDDEN_MS = 250
/** The length of a frame, in milliseconds, on platforms that have none. */
export const FRAME_MS = 16
/** So many other streams in as many commits of a component are a mistake. */
export const RESTLESS_COMMITS = 10
