import { viewer } from './viewer.ts'

/** Without a spare connection to the server a request would wait for ever. */
const CUT_WITHIN_MS = 5000

/** Asks the server to end this page's connections; tells whether it did. */
export async function cutConnections(): Promise<boolean> {
  const signal = AbortSignal.timeout(CUT_WITHIN_MS)
  const response = await fetch(`/api/cut?viewer=${viewer}`, { method: 'POST', signal }).catch(() => undefined)
  return response?.ok ?? false
}
