import type { Channel } from './channel.ts'
import { EventStreamError } from './event-stream-error.ts'
import { describeIssues } from './standard-schema.ts'

/**
 * Checks data against a channel's contract and writes it as JSON: what goes over the wire.
 *
 * @throws {TypeError} If the contract has schemas and none for this type, or the schema is asynchronous.
 * @throws {EventStreamError} `invalid-data` if the schema refuses the data, or it has no JSON (undefined, a function, a cycle, a bigint).
 */
export function encodeEventData(channel: Channel, type: string, data: unknown): string {
  check(channel, type, data)
  let json: string | undefined
  try {
    json = JSON.stringify(data)
  } catch (cause) {
    throw invalid(channel, type, 'it cannot be written as JSON', cause)
  }
  if (json === undefined) throw invalid(channel, type, `${typeof data} cannot be written as JSON`)
  return json
}

/**
 * Reads data off the wire by a channel's contract: JSON, then what the schema makes of it.
 *
 * @throws {TypeError} If the schema is asynchronous.
 * @throws {EventStreamError} `invalid-data` if it is not JSON, the schema refuses it, or the contract has no such event type.
 */
export function decodeEventData(channel: Channel, type: string, text: string): unknown {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw invalid(channel, type, 'it is not JSON', cause)
  }
  if (channel.schemas && !Object.hasOwn(channel.schemas, type)) {
    throw invalid(channel, type, 'the contract has no such event type')
  }
  return check(channel, type, data)
}

function check(channel: Channel, type: string, data: unknown): unknown {
  if (!channel.schemas) return data
  const schema = Object.hasOwn(channel.schemas, type) ? channel.schemas[type] : undefined
  if (!schema) {
    const known = Object.keys(channel.schemas).join(', ')
    throw new TypeError(
      `stream ${channel.stream} has no event of type ${JSON.stringify(type)}; it has: ${known}`,
    )
  }
  const result = schema['~standard'].validate(data)
  if (result instanceof Promise) {
    // Its outcome is not wanted, and must not surface as an unhandled rejection.
    result.catch(() => undefined)
    throw new TypeError(
      `the schema of ${channel.stream}'s event "${type}" is asynchronous; events are checked in order, so schemas must be synchronous`,
    )
  }
  if (result.issues) throw invalid(channel, type, describeIssues(result.issues), result.issues)
  return result.value
}

function invalid(channel: Channel, type: string, why: string, cause?: unknown): EventStreamError {
  return new EventStreamError('invalid-data', `data of event "${type}" on ${channel.channel}: ${why}`, {
    cause,
  })
}
