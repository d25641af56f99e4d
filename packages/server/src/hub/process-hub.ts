import { EventStreamError } from '@millrace/core'
import { Hub } from './hub.ts'
import type { HubOptions } from './hub-options.ts'

interface ProcessHub {
  /** Set by `defineHub`. */
  factory?: () => HubOptions
  /** Made at first use. */
  hub?: Hub
}

// Bundlers evaluate a module several times in one process; only what hangs on `globalThis` is there once.
const KEY = Symbol.for('millrace.hub')

function processHub(): ProcessHub {
  const holder = globalThis as { [KEY]?: ProcessHub }
  return (holder[KEY] ??= {})
}

/** The hub of this process: made at first use, by `defineHub`'s factory, or else in memory. */
export function getHub(): Hub {
  const held = processHub()
  return (held.hub ??= new Hub(held.factory?.()))
}

/** Whether the hub of this process is sending its clients away. Makes no hub. */
export function isProcessHubDraining(): boolean {
  return processHub().hub?.isDraining ?? false
}

/**
 * Says how the hub of this process is made. Call it in one module that is loaded before the hub is first used
 * (in Next.js: import it from `instrumentation.ts`, or from where streams are defined).
 *
 * The factory runs at first use and once per process, however often bundlers evaluate the module.
 *
 * @throws {EventStreamError} `misconfigured` if the hub is already in use without a factory: it would be another hub than the one publishers have.
 */
export function defineHub(factory: () => HubOptions): void {
  const held = processHub()
  if (held.hub && !held.factory) {
    throw new EventStreamError(
      'misconfigured',
      'defineHub was called after the hub was first used; load its module earlier, for example from instrumentation.ts',
    )
  }
  held.factory ??= factory
}
