import { channelRoute } from '@millrace/next'
import { WINDOW_READINGS } from '../../../lib/reading.ts'
import { host } from '../../../lib/streams.ts'
import { isViewer, viewerTag } from '../../../lib/viewer.ts'

export const { GET, HEAD, OPTIONS } = channelRoute(host, {
  // A visitor's charts are full at once: the last minute comes before the present.
  start: { last: WINDOW_READINGS },
  reconnectionTimeMs: 1000,
  authorize(request) {
    const viewer = new URL(request.url).searchParams.get('viewer')
    if (viewer === null) return {}
    if (!isViewer(viewer)) return new Response('viewer must be 8 to 64 of a-z and 0-9', { status: 400 })
    return { tags: [viewerTag(viewer)] }
  },
})
