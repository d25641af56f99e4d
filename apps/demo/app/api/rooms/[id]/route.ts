import { channelRoute } from '@millrace/next'
import { rooms } from '../../../../lib/streams.ts'
import { viewerGrant } from '../../../../lib/viewer-grant.ts'
import { findRoom } from '../../../../rooms/room-list.ts'
import { readRoom } from '../../../../rooms/server/read-room.ts'

export const { GET, HEAD, OPTIONS } = channelRoute(rooms, {
  params: (_, { id }) => ({ id: String(id) }),
  // After a gap, too, the page has the whole room.
  snapshot: ({ params }) => readRoom(params.id),
  reconnectionTimeMs: 1000,
  authorize(request, { id }) {
    if (!findRoom(id)) return new Response('There is no such room', { status: 404 })
    return viewerGrant(request)
  },
})
