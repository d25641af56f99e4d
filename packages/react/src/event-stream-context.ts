'use client'

import { createContext, type Context } from 'react'
import type { EventStreamDefaults } from './event-stream-options.ts'
import { streams, type StreamStores } from './stream-stores.ts'

/** What a provider changes for the hooks below it. */
export interface Surroundings {
  /** The stores of its streams. */
  readonly streams: StreamStores
  /** Adds its defaults to the options of a hook. */
  readonly complete: <Options extends object>(options: Options) => Options & EventStreamDefaults
}

/** What the hooks find around them. */
export const SurroundingsContext: Context<Surroundings> = createContext<Surroundings>({
  streams,
  complete: (options) => options,
})
