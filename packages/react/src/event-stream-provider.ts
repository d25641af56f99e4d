'use client'

import { createElement, useCallback, useContext, useState, type ReactElement, type ReactNode } from 'react'
import { DefaultsContext, type CompleteOptions } from './event-stream-context.ts'
import type { EventStreamDefaults } from './event-stream-options.ts'

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
  const outer = useContext(DefaultsContext)
  const [own] = useState(newRealm)
  const realm = fetch && own
  const value = useCallback<CompleteOptions>(
    (options) =>
      outer({ ...present({ fetch, headers, credentials, scope, lingerMs, realm }), ...present(options) }),
    [outer, fetch, headers, credentials, scope, lingerMs, realm],
  )
  return createElement(DefaultsContext.Provider, { value }, children)
}

let realms = 0

function newRealm(): number {
  return ++realms
}

/** Options that are `undefined` count as absent. */
function present<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}
