import type { ChannelEvent } from '@millrace/core'
import { shown } from '../hub/shown.ts'

/** What `authorize` grants. */
export interface Admission<Output extends object = Record<string, unknown>> {
  /** Who the stream belongs to; `revoke({ principal })` ends it. */
  readonly principal?: string | undefined
  /** What else `revoke({ tag })` can name it by. */
  readonly tags?: readonly string[] | undefined
  /** When the grant ends, in milliseconds since the epoch. The stream is ended then, and judged again on return. */
  readonly expiresAtMs?: number | undefined
  /**
   * Which events this client may see, live and replayed: those for which it returns `true`, synchronously. An event for which it
   * throws is held back, and the hub's observer is told.
   */
  readonly filter?: ((event: ChannelEvent<Output>) => boolean) | undefined
}

/** Judges a request: grants, or answers with a `Response` of its own. */
export type Authorize<Output extends object, Params> = (
  request: Request,
  params: Params,
) => Admission<Output> | Response | Promise<Admission<Output> | Response>

/**
 * Checks what `authorize` returned. What is no grant is none: forgetting to return one must not let anybody in. Nor does what
 * `revoke` could not name: a principal that is a number would keep receiving.
 *
 * @returns A grant of its own, which nothing changes: an application may take a user off a team's list before it revokes the team.
 * @throws {TypeError} If it is neither a grant nor a `Response`, or a member of the grant is not what it should be.
 */
export function checkAdmission<Output extends object>(
  granted: Admission<Output> | Response,
): Admission<Output> | Response {
  if (typeof granted !== 'object' || granted === null || Array.isArray(granted) || granted instanceof Error) {
    throw new TypeError(`authorize must return an object that grants, or a Response; got ${String(granted)}`)
  }
  if (isResponse(granted)) return granted
  const { principal, tags, expiresAtMs, filter } = granted
  checkMember('principal', principal, { is: 'a string', when: typeof principal === 'string' })
  checkMember('tags', tags, { is: 'a list of strings', when: isListOfText(tags) })
  checkMember('expiresAtMs', expiresAtMs, {
    is: 'a number of milliseconds since the epoch',
    when: typeof expiresAtMs === 'number' && !Number.isNaN(expiresAtMs),
  })
  checkMember('filter', filter, { is: 'a function', when: typeof filter === 'function' })
  return { principal, tags: tags && [...tags], expiresAtMs, filter }
}

function checkMember(
  name: keyof Admission,
  value: unknown,
  { is, when }: { readonly is: string; readonly when: boolean },
): void {
  if (value === undefined || when) return
  throw new TypeError(`authorize: ${name} must be ${is}; got ${shown(value)}`)
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

/** Tells whether a value is a `Response`, also one of another class: a process may have several. */
export function isResponse(value: object): value is Response {
  return 'status' in value && 'headers' in value && 'body' in value
}
