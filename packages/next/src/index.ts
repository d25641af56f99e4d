export { type Channel, type ParameterizedStream, defineStream } from '@millrace/core'
export {
  type Hub,
  type HubOptions,
  type ReadSnapshot,
  type Snapshot,
  type StreamContext,
  type StreamHandler,
  type YieldedEvent,
  getHub,
  publish,
} from '@millrace/server'
export {
  type ChannelRoute,
  type ChannelRouteOptions,
  type ParameterizedRouteOptions,
  channelRoute,
} from './channel-route.ts'
export { defineHub } from './define-hub.ts'
export { eventStream } from './event-stream.ts'
export type { RouteContext, RouteHandler, RouteParams } from './route-context.ts'
export { snapshot } from './snapshot.ts'
