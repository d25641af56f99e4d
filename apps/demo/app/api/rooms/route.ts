import { channelRoute } from '@millrace/next'
import { presence } from '../../../lib/streams.ts'

/** More than there are instances: the newest word of each. */
const START = { last: 24 }

export const { GET, HEAD, OPTIONS } = channelRoute(presence, { start: START, reconnectionTimeMs: 1000 })
