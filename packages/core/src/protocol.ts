/**
 * What the two Millrace ends share on top of server-sent events.
 *
 * @packageDocumentation
 * @see docs/protocol.md in the repository
 */
export * from './protocol/blocks.ts'
export * from './protocol/cursor.ts'
export { requireNumber, resolveLimits, type ResolvedParserLimits } from './parser-limits.ts'
export { StreamParser, type StreamParserOptions } from './stream-parser.ts'
