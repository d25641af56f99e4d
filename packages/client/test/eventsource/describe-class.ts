import type { SourceClass } from './observe.ts'

/** Calls a function, and says what it threw. */
function thrownBy(call: () => unknown): string {
  try {
    call()
    return 'nothing'
  } catch (error) {
    if (error instanceof DOMException) return `DOMException ${error.name} ${error.code}`
    return error instanceof TypeError ? 'TypeError' : String(error)
  }
}

/** Whether and how a property may be changed. */
function flags(owner: object, name: PropertyKey): string {
  const property = Object.getOwnPropertyDescriptor(owner, name)
  if (!property) return 'missing'
  const flagsSet = ['get', 'set', 'writable', 'enumerable', 'configurable'].filter(
    (flag) => flag in property && Reflect.get(property, flag),
  )
  return [typeof property.value, ...flagsSet].join(' ')
}

/** How an attribute takes a value: what it is read as afterwards. */
function readBack(source: EventSource, value: unknown): string {
  // What a page without types may do.
  Object.assign(source, { onmessage: value })
  const { onmessage } = source
  return onmessage === value ? 'the same' : String(onmessage)
}

/** In which order handlers and listeners are called, set and added in several orders. */
function callOrders(source: EventSource): Record<string, string> {
  const called: string[] = []
  const call = (name: string) => () => void called.push(name)
  const dispatched = (): string => {
    called.length = 0
    source.dispatchEvent(new Event('message'))
    return called.join(' ')
  }
  source.onmessage = null
  source.addEventListener('message', call('first'))
  source.onmessage = call('handler')
  source.addEventListener('message', call('last'))
  const between = dispatched()
  source.onmessage = call('another')
  const replaced = dispatched()
  source.onmessage = null
  const removed = dispatched()
  source.onmessage = call('again')
  const again = dispatched()
  Object.assign(source, { onmessage: { handleEvent: call('object') } })
  return { between, replaced, removed, again, object: dispatched() }
}

/**
 * Describes all that can be seen of the class without a server's help, as JSON.
 *
 * @param url - An absolute URL that answers 204.
 */
export function describeClass(Source: SourceClass, url: string): Record<string, unknown> {
  // What a page without types may do.
  const Loose = Source as unknown as new (...args: unknown[]) => EventSource
  const { prototype } = Source
  const source = new Source(url, { withCredentials: true })
  const attributes = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close']
  const constants = ['CONNECTING', 'OPEN', 'CLOSED']
  const urlOf = (...args: unknown[]): string => {
    const made = new Loose(...args)
    made.close()
    return made.url
  }
  const canceled = new Event('message', { cancelable: true })
  const description = {
    class: [
      Source.name,
      Source.length,
      Object.prototype.toString.call(prototype),
      Object.prototype.toString.call(source),
    ],
    isEventTarget: source instanceof EventTarget,
    attributes: attributes.map((name) => flags(prototype, name)),
    constants: constants.flatMap((name) => [flags(Source, name), flags(prototype, name)]),
    values: [Source.CONNECTING, Source.OPEN, Source.CLOSED, source.CONNECTING, source.OPEN, source.CLOSED],
    toStringTag: flags(prototype, Symbol.toStringTag),
    ownNames: Object.getOwnPropertyNames(source),
    start: [source.readyState, source.url, source.withCredentials, new Source(url).withCredentials],
    options: [{}, null, undefined, { withCredentials: 1 }].map((options) => {
      const made = new Loose(url, options)
      made.close()
      return made.withCredentials
    }),
    urls: [
      urlOf('relative?a#b'),
      urlOf(''),
      urlOf(undefined),
      urlOf(null),
      urlOf(1),
      urlOf(new URL(url)),
      urlOf({ toString: () => '/object' }),
      urlOf('/lone\uD800'),
      urlOf('ftp://localhost/'),
    ],
    throws: [
      thrownBy(() => Reflect.apply(Source, undefined, [url])),
      thrownBy(() => new Loose()),
      thrownBy(() => new Source('http://this is invalid/')),
      thrownBy(() => new Source('http://[')),
      thrownBy(() => new Loose(Symbol('url'))),
      thrownBy(() => Reflect.get(prototype, 'url')),
      thrownBy(() => Object.create(prototype, {}).close()),
      thrownBy(() => Object.assign(source, { readyState: 1 })),
    ],
    handlers: [{}, undefined, [], null, () => undefined, 1, 'text'].map((value) => readBack(source, value)),
    handlersAtFirst: [source.onopen, source.onerror],
    orders: callOrders(source),
    returnFalse:
      ((source.onmessage = () => false), source.dispatchEvent(canceled), canceled.defaultPrevented),
    closed: (source.close(), source.close(), source.readyState),
  }
  return description
}
