/** A class that sources are made of. */
export type SourceClass = typeof globalThis.EventSource

/** The types that are listened to. */
const TYPES = ['open', 'error', 'message', 'tick', '__proto__', 'constructor']

/**
 * Listens to a source until it is closed, and takes down one line for each event. It runs wherever the source does.
 *
 * @returns `open 1` and `error 0` for plain events, with the `readyState`; `message "data" #id` for others.
 */
export function observe(Source: SourceClass, url: string): Promise<string[]> {
  const heard: string[] = []
  const source = new Source(url)
  return new Promise((resolve) => {
    const hear = (event: Event | MessageEvent<unknown>): void => {
      if ('data' in event) {
        const { type, data, lastEventId, origin } = event
        const place = origin === new URL(url).origin ? '' : ' from elsewhere'
        heard.push(`${type} ${JSON.stringify(data)}${lastEventId && ` #${lastEventId}`}${place}`)
      } else heard.push(`${event.type} ${source.readyState}`)
      if (source.readyState === source.CLOSED) resolve(heard)
    }
    for (const type of TYPES) source.addEventListener(type, hear)
  })
}
