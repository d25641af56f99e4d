import { EventStreamError } from './event-stream-error.ts'
import { type StandardSchema, describeIssues } from './standard-schema.ts'

/** Turns data into what goes over the wire, and back. */
export interface EventCodec {
  /**
   * Checks data against the contract and writes it as JSON, untransformed.
   *
   * @throws {TypeError} If the contract has schemas and none for this type, or the schema is asynchronous.
   * @throws {EventStreamError} `invalid-data` if the schema refuses the data, or it has no JSON (undefined, a function, a cycle, a bigint).
   */
  readonly encode: (type: string, data: unknown) => string
  /**
   * Reads data off the wire: JSON, then what the schema makes of it.
   *
   * @throws {TypeError} If the schema is asynchronous.
   * @throws {EventStreamError} `invalid-data` if it is not JSON, the schema refuses it, or the contract has no such event type.
   */
  readonly decode: (type: string, text: string) => unknown
}

/** The codec of a contract: JSON, and where there are schemas, checked by them. */
export function eventCodec(
  stream: string,
  schemas: Readonly<Record<string, StandardSchema>> | undefined,
): EventCodec {
  const invalid = (type: string, why: string, cause?: unknown): EventStreamError =>
    new EventStreamError('invalid-data', `data of event "${type}" on ${stream}: ${why}`, { cause })

  const check = (type: string, data: unknown): unknown => {
    if (!schemas) return data
    const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined
    if (!schema) {
      const known = Object.keys(schemas).join(', ')
      throw new TypeError(`stream ${stream} has no event of type ${JSON.stringify(type)}; it has: ${known}`)
    }
    const result = schema['~standard'].validate(data)
    if (result instanceof Promise) {
      // Its outcome is not wanted, and must not surface as an unhandled rejection.
      result.catch(() => undefined)
      throw new TypeError(
        `the schema of ${stream}'s event "${type}" is asynchronous; events are checked in order, so schemas must be synchronous`,
      )
    }
    if (result.issues) throw invalid(type, describeIssues(result.issues), result.issues)
    return result.value
  }

  const encode = (type: string, data: unknown): string => {
    check(type, data)
    let json: string | undefined
    try {
      json = JSON.stringify(data)
    } catch (cause) {
      throw invalid(type, 'it cannot be written as JSON', cause)
    }
    if (json === undefined) throw invalid(type, `${typeof data} cannot be written as JSON`)
    return json
  }

  const decode = (type: string, text: string): unknown => {
    let data: unknown
    try {
      data = JSON.parse(text)
    } catch (cause) {
      throw invalid(type, 'it is not JSON', cause)
    }
    if (schemas && !Object.hasOwn(schemas, type)) throw invalid(type, 'the contract has no such event type')
    return check(type, data)
  }

  return { encode, decode }
}
