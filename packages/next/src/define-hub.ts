import { type HubOptions, defineHub as defineProcessHub } from '@millrace/server'
import { followConnections } from '@millrace/server/node'

/**
 * Says how the hub of this process is made. Call it in one module, and import that from `instrumentation.ts`, so that it is there
 * before the first request.
 *
 * The factory runs at first use and once per process, however often bundlers evaluate the module.
 *
 * @throws {EventStreamError} `misconfigured` if the hub is already in use without a factory: it would be another hub than the one publishers have.
 */
export function defineHub(factory: () => HubOptions): void {
  // Next.js loads a route for its first request, which has begun by then: its connection would be known to nobody.
  followConnections()
  defineProcessHub(factory)
}
