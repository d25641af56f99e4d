import type { HubObserver } from '../hub/hub-observer.ts'
import type { PlaceLimit } from './places.ts'

/**
 * Why a request was turned away.
 *
 * | reason | meaning |
 * |---|---|
 * | `origin` | a page of an origin that is not allowed asked |
 * | `draining` | the hub admits nobody any more |
 * | `total`, `pending`, `perAddress`, `perPrincipal` | the limit of this name is reached |
 * | `params` | the request names no channel that there could be |
 * | `authorize` | `authorize` answered with a `Response` of its own |
 * | `revoked` | it was revoked while it was judged |
 * | `expired` | `authorize` granted it until a time that has passed |
 * | `unavailable` | `authorize` did not answer in time, or the backplane could not be heard |
 */
export type RefusalReason =
  | 'origin'
  | 'draining'
  | 'params'
  | 'authorize'
  | 'revoked'
  | 'expired'
  | 'unavailable'
  | PlaceLimit

/** A request that was turned away, as far as it was known by then. */
export interface Refusal {
  /** Why. */
  readonly reason: RefusalReason
  /** The channel; `undefined` for a one-shot stream, or where it was not known yet. */
  readonly channel: string | undefined
  /** Who asked, if `authorize` had said so. */
  readonly principal: string | undefined
}

/** Tells an observer that a request was turned away, and gives the answer to it. */
export function refused(observer: HubObserver, refusal: Refusal, answer: Response): Response {
  observer.onRefuse?.(refusal)
  return answer
}
