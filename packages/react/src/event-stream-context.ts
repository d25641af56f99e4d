'use client'

import { createContext, type Context } from 'react'
import type { EventStreamDefaults } from './event-stream-options.ts'
import type { AddressOptions } from './stream-address.ts'

/** Adds the defaults of the providers around a hook to its options. */
export type CompleteOptions = <Options extends object>(
  options: Options,
) => Options & EventStreamDefaults & Pick<AddressOptions, 'realm'>

/** What the hooks find around them. */
export const DefaultsContext: Context<CompleteOptions> = createContext<CompleteOptions>((options) => options)
