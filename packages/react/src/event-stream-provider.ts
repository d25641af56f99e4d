'use client'

import { createElement, useContext, useMemo, useState, type ReactElement, type ReactNode } from 'react'
import { SurroundingsContext, type Surroundings } from './event-stream-context.ts'
import type { EventStreamDefaults } from './event-stream-options.ts'
import { createStreamStores } from './stream-stores.ts'

/** Props of {@link EventStreamProvider}. */
export interface EventStreamProviderProps extends EventStreamDefaults {
  /** The components that the defaults are for. */
  readonly children?: ReactNode
}

/**
 * Gives the hooks below it defaults. An option of a hook goes before that of the provider, and that of a provider before
 * those further out.
 *
 * A provider with a `fetch` keeps the streams below it apart from all others, so that a test shares no connection with the
 * next one.
 *
 * @param props - `fetch`, `headers`, `credentials`, `scope`, `lingerMs`: as for `useEventStream`.
 */
export function EventStreamProvider({
  children,
  fetch,
  headers,
  credentials,
  scope,
  lingerMs,
}: EventStreamProviderProps): ReactElement {
  const outer = useContext(SurroundingsContext)
  const [own] = useState(createStreamStores)
  const value = useMemo<Surroundings>(
    () => ({
      streams: fetch ? own : outer.streams,
      complete: (options) =>
        outer.complete({ ...present({ fetch, headers, credentials, scope, lingerMs }), ...present(options) }),
    }),
    [outer, own, fetch, headers, credentials, scope, lingerMs],
  )
  return createElement(SurroundingsContext.Provider, { value }, children)
}

/** Options that are `undefined` count as absent. */
function present<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}
