import { channelRoute } from '@millrace/next'
import { host } from '../../../lib/streams.ts'
import { viewerGrant } from '../../../lib/viewer-grant.ts'

// The channel of the Live page, for those who would read along: from the last three readings on.
export const { GET, HEAD, OPTIONS } = channelRoute(host, {
  start: { last: 3 },
  reconnectionTimeMs: 500,
  authorize: viewerGrant,
})
