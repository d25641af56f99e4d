import type { SharedGrant } from '../admission/shared-grant.ts'
import type { SessionReaderOptions } from '../channel/session-reader.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import type { SessionRecord } from '../session/session-registry.ts'
import type { Session } from '../session/session.ts'
import type { Admission, Authorize } from './authorize.ts'
import type { ChannelSettings } from './channel-options.ts'
import type { Admitted } from './judge-request.ts'
import { sameRequest, sharingKey } from './sharing-key.ts'

/** What a stream is granted, for as long as it is open. */
export interface StreamGrant {
  /** The grant as it is at present. */
  readonly admission: Admission
  /** Which events may pass, by the grant of that moment. */
  readonly filter: SessionReaderOptions['filter']
  /** Has it asked for again; `undefined` where the first grant holds. */
  readonly revalidation: SessionRecord['revalidation']
}

/** Who is granted something, and how that is confirmed. */
export interface GrantOptions<Output extends object, Params> {
  /** The stream. */
  readonly session: Session
  /** The request, which is kept only where it is judged again. */
  readonly request: Request
  /** What came of the first judging. */
  readonly admitted: Admitted<Output, Params>
  /** Judges. */
  readonly authorize: Authorize<Output, Params> | undefined
  /** The settings of the route. */
  readonly settings: ChannelSettings
  /** Runs a step within the scope of the request. */
  readonly runInScope: <Result>(step: () => Result) => Result
  /** Ends the stream. */
  readonly end: (cause: 'revoked' | 'expired') => void
}

/** Grants a stream what `authorize` said: once and for all, or until it says something else. */
export function grantStream<Output extends object, Params>(
  parts: HubParts,
  options: GrantOptions<Output, Params>,
): StreamGrant {
  const { authorize, admitted } = options
  const { revalidateMs } = options.settings
  if (authorize && revalidateMs !== undefined)
    return grantForATime(parts, { ...options, authorize, revalidateMs })
  // A route's filter is typed by its contract, and the log's events pass by it untyped.
  return grantForGood(admitted.admission as Admission)
}

function grantForGood(admission: Admission): StreamGrant {
  return { admission, filter: admission.filter, revalidation: undefined }
}

function grantForATime<Output extends object, Params>(
  parts: HubParts,
  {
    session,
    request,
    admitted,
    authorize,
    revalidateMs,
    settings,
    runInScope,
    end,
  }: GrantOptions<Output, Params> & {
    readonly authorize: Authorize<Output, Params>
    readonly revalidateMs: number
  },
): StreamGrant {
  const { params, askedMs } = admitted
  const { authorizeTimeoutMs } = settings
  // A route's filter is typed by its contract, and the log's events pass by it untyped.
  const admission = admitted.admission as Admission
  const { principal } = admission
  // Streams share a grant only if `authorize` cannot tell them apart: what it says to one it says to all of them.
  const key =
    principal === undefined
      ? undefined
      : sharingKey(authorize, { params, principal, revalidateMs, ...sameRequest(request) })
  const ask = (): ReturnType<typeof authorize> => runInScope(() => authorize(request, params))
  const { grant, check } = parts.revalidations.add(
    { session, ask: ask as () => Admission | Response | Promise<Admission | Response>, end },
    { admission, askedMs },
    { key, revalidateMs, authorizeTimeoutMs },
  )
  return new RevalidatedGrant(grant, { everyMs: revalidateMs, check })
}

/** A grant that becomes another one. A class, since an object with a getter of its own is 0.8 KB. */
class RevalidatedGrant implements StreamGrant {
  readonly revalidation: StreamGrant['revalidation']
  readonly #grant: SharedGrant

  constructor(grant: SharedGrant, revalidation: StreamGrant['revalidation']) {
    this.#grant = grant
    this.revalidation = revalidation
  }

  get admission(): Admission {
    return this.#grant.admission
  }

  readonly filter: NonNullable<StreamGrant['filter']> = (event) => {
    const { filter } = this.admission
    return filter ? filter(event) : true
  }
}
