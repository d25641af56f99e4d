export { EventStreamError } from '@millrace/core'
export type { Position } from '@millrace/core/protocol'
export type {
  Announcement,
  AppendOptions,
  AppendResult,
  Backplane,
  BackplaneState,
  HistoryPolicy,
  LogPage,
  ReadFrom,
  ReadOptions,
} from './log/backplane.ts'
export { type LogEntry, type LogRecord, recordBytes } from './log/log-entry.ts'
export { type MemoryBackplane, type MemoryBackplaneOptions, memoryBackplane } from './log/memory-backplane.ts'
export type { ReplayLimits } from './channel/judge-resume.ts'
export type { Snapshot, SnapshotContext, SnapshotReader } from './channel/snapshot.ts'
export type { StreamStart } from './channel/join-channel.ts'
export type { HubObserver, StreamInfo } from './hub/hub-observer.ts'
export type { HubOptions } from './hub/hub-options.ts'
export type { AdmissionLimits } from './admission/limits.ts'
export type { PlaceLimit } from './admission/places.ts'
export type { Refusal, RefusalReason } from './admission/refusal.ts'
export {
  type BindResult,
  type DrainOptions,
  type DrainResult,
  Hub,
  type HubInspection,
  type PublishResult,
  type RequestScope,
} from './hub/hub.ts'
export { defineHub, getHub } from './hub/process-hub.ts'
export { publish } from './hub/publish.ts'
export type { SubscribeOptions, Subscription, SubscriptionGap } from './hub/subscribe.ts'
export { type ReadSnapshot, snapshot } from './hub/snapshot.ts'
export type { ClientConnection } from './session/client-connection.ts'
export type { EndCause } from './session/session.ts'
export type { LatestByKey, SlowConsumer } from './queue/slow-consumer.ts'
export type { SessionSelector } from './session/session-selector.ts'
export type { Admission, Authorize } from './response/authorize.ts'
export type { ChannelResponseOptions } from './response/channel-options.ts'
export { type EventStreamOptions, eventStream } from './response/event-stream.ts'
export type { CorsOptions } from './response/cors.ts'
export type { StreamResponseOptions } from './response/stream-options.ts'
export type { StreamContext, StreamHandler, YieldedEvent } from './response/stream-response.ts'
export { type ToResponseOptions, toResponse } from './response/to-response.ts'
