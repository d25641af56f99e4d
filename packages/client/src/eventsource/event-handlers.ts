/** The event handler attributes of one target, such as `onopen`, by the types of their events. */
export interface EventHandlers {
  /** What the attribute was set to; `null` where that was no object. */
  readonly get: (type: string) => unknown
  /** Sets the attribute. */
  readonly set: (type: string, handler: unknown) => void
}

/**
 * Creates the attributes of a target. A handler is called in the order in which it came among the target's listeners: another
 * one takes its place, and one that comes after `null` comes last.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-attributes
 */
export function createEventHandlers(target: EventTarget): EventHandlers {
  const handlers = new Map<string, unknown>()
  const call = (event: Event): void => {
    const handler = handlers.get(event.type)
    // [Web IDL, LegacyTreatNonObjectAsNull] What is no function can be set, and is not called.
    if (typeof handler === 'function' && handler.call(target, event) === false) event.preventDefault()
  }
  return {
    get: (type) => handlers.get(type) ?? null,
    set(type, handler) {
      if (Object(handler) === handler) {
        handlers.set(type, handler)
        // Adding the same listener again changes nothing, so the first one's place is kept.
        target.addEventListener(type, call)
      } else {
        handlers.delete(type)
        target.removeEventListener(type, call)
      }
    },
  }
}
