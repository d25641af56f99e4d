import { parseEventStream } from '@millrace/core'
import { getHub } from '@millrace/next'
import type { Reading } from '../lib/reading.ts'
import { host } from '../lib/streams.ts'

/**
 * Reads the newest reading that is kept; `undefined` where there is none.
 *
 * From a stream as any client is given it, since that says `millrace.live` when everything that was there has been sent.
 *
 * @throws {Error} If the log cannot be read now.
 */
export async function newestReading(): Promise<Reading | undefined> {
  const response = await getHub().respond(new Request('http://localhost/'), host, { start: { last: 1 } })
  let newest: Reading | undefined
  for await (const { type, data } of parseEventStream(response)) {
    // Written by a sampler, and by nobody else.
    if (type === 'reading') newest = JSON.parse(data) as Reading
    if (type === 'millrace.live') return newest
  }
  throw new Error('the readings cannot be read now')
}
