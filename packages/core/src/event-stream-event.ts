/**
 * An event as the standard dispatches it. Its texts may be parts of a chunk of the stream, and keep that in memory.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
 */
export interface EventStreamEvent {
  /** The event type: the value of the `event` field, `'message'` where the block had none or an empty one. */
  readonly type: string
  /** The values of the block's `data` fields, joined with LF. */
  readonly data: string
  /** The last event ID string: the latest `id` of the stream up to this event, not only this block's own. */
  readonly lastEventId: string
}
