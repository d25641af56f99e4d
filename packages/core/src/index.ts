export * from './channel.ts'
export * from './define-stream.ts'
export * from './event-stream-error.ts'
export type * from './standard-schema.ts'
