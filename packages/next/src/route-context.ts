/** The second argument that Next.js gives to a route handler. */
export interface RouteContext {
  /** The dynamic segments of the route. */
  readonly params: Promise<RouteParams>
}

/** The dynamic segments of a route, by name. */
export type RouteParams = Readonly<Record<string, string | string[] | undefined>>

/** A route handler as Next.js calls it. */
export type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>

/**
 * Tells Next.js that a handler depends on its request. Until a handler touches request data, `next build` may run it, and keep
 * what it answers as a static file; so this comes before anything else.
 */
export function dependOnRequest(request: Request): void {
  request.headers.get('accept')
}
