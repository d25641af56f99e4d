import { channelRoute } from '@millrace/next'
import { WINDOW_READINGS } from '../../../lib/reading.ts'
import { host } from '../../../lib/streams.ts'
import { viewerGrant } from '../../../lib/viewer-grant.ts'

export const { GET, HEAD, OPTIONS } = channelRoute(host, {
  // A visitor's charts are full at once: the last minute comes before the present.
  start: { last: WINDOW_READINGS },
  reconnectionTimeMs: 1000,
  authorize: viewerGrant,
})
