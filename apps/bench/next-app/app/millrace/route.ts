import { channelRoute } from '@millrace/next'
import { events } from '../../lib/events.ts'

export const { GET, HEAD, OPTIONS } = channelRoute(events)
