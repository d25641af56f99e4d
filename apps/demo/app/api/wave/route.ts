import { eventStream } from '@millrace/next'
import { createPlaces } from '../../../lib/places.ts'
import { generateSamples, placeOf } from '../../../wave/generate-samples.ts'
import { wave } from '../../../wave/stream.ts'

/** Each is a thousand events a second. */
const places = createPlaces(8)

// Ends by itself after the last sample, and as soon as nobody reads it.
export const GET = eventStream(
  async ({ lastEventId, signal }) => {
    // The hook comes back when it is told to.
    if (!places.take(signal))
      return new Response('Enough for now', { status: 429, headers: { 'Retry-After': '5' } })
    return generateSamples(placeOf(lastEventId), signal)
  },
  { contract: wave, reconnectionTimeMs: 500 },
)
