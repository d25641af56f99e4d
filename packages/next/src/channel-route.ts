import { AsyncLocalStorage } from 'node:async_hooks'
import { type Channel, type ParameterizedStream, isChannel } from '@millrace/core'
import { type BindResult, type ChannelResponseOptions, type Hub, getHub } from '@millrace/server'
import { closeDrainedConnections, currentConnection, followConnections } from '@millrace/server/node'
import { type RouteHandler, type RouteParams, dependOnRequest } from './route-context.ts'

/** Options of {@link channelRoute} for a stream without parameters. */
export interface ChannelRouteOptions<
  Output extends object = Record<string, unknown>,
  Params = RouteParams,
> extends ChannelResponseOptions<Output, Params> {
  /** The hub that has the channel. Default: the one of this process. */
  readonly hub?: Hub
}

/** Options of {@link channelRoute} for a stream with parameters. */
export interface ParameterizedRouteOptions<
  Output extends object,
  Params extends object,
> extends ChannelRouteOptions<Output, Params> {
  /**
   * Turns a request into the stream's parameters, usually from the route's dynamic segments:
   * `params: (request, { id }) => ({ id: String(id) })`. Parameters that cannot be bound are answered with 400.
   */
  readonly params: (request: Request, segments: RouteParams) => Params | Promise<Params>
}

/** The handlers of a route that serves a channel. */
export interface ChannelRoute {
  /** Streams the channel. */
  readonly GET: RouteHandler
  /** Answers with the headers, and opens nothing. */
  readonly HEAD: RouteHandler
  /** Answers with the methods allowed. */
  readonly OPTIONS: RouteHandler
}

/**
 * Makes the handlers of a Next.js route that serves a channel: replay and live without a hole or a repeat, gaps told in band,
 * heartbeats, a clean end when the server stops. Nothing of it runs during `next build`.
 *
 * @param stream - A channel, or a stream with parameters together with `options.params`.
 * @example
 * export const { GET, HEAD, OPTIONS } = channelRoute(prices)
 */
export function channelRoute<Output extends object>(
  stream: Channel<object, Output>,
  options?: ChannelRouteOptions<Output>,
): ChannelRoute
/**
 * Makes the handlers of a Next.js route that serves the channels of a stream with parameters.
 *
 * @param stream - The stream.
 * @param options - `params` turns a request into the stream's parameters.
 * @example
 * export const { GET, HEAD, OPTIONS } = channelRoute(rooms, { params: (request, { id }) => ({ id: String(id) }) })
 */
export function channelRoute<Params extends object, Output extends object>(
  stream: ParameterizedStream<Params, object, Output>,
  options: ParameterizedRouteOptions<Output, Params>,
): ChannelRoute
export function channelRoute(
  stream: Channel<object, object> | ParameterizedStream<never, object>,
  { params: toParams, hub, ...responseOptions }: AnyRouteOptions = {},
): ChannelRoute {
  if (!toParams && !isChannel(stream)) {
    throw new TypeError(`channelRoute: stream ${stream.stream} has parameters, so options.params is needed`)
  }
  followConnections()
  const handle: RouteHandler = async (request, context) => {
    dependOnRequest(request)
    closeDrainedConnections()
    const connection = currentConnection()
    const bind = async (): Promise<BindResult<object, object>> => {
      const segments = (await context?.params) ?? {}
      if (!toParams) return { channel: stream as Channel<object, object>, params: segments }
      return bindTo(stream as ParameterizedStream<object, object>, () => toParams(request, segments))
    }
    // `authorize` is asked again by a timer, outside of the request's scope, and taken back into it.
    const scope =
      responseOptions.revalidateMs === undefined ? {} : { runInScope: AsyncLocalStorage.snapshot() }
    return (hub ?? getHub()).respondBound(request, bind, { ...responseOptions, ...scope, connection })
  }
  return { GET: handle, HEAD: handle, OPTIONS: handle }
}

/** The options of both overloads, as far as this module looks at them; the rest is handed on. */
interface AnyRouteOptions {
  readonly params?: (request: Request, segments: RouteParams) => object | Promise<object>
  readonly hub?: Hub
  readonly revalidateMs?: number
}

/** Binds a stream to what a request asks for. What cannot be bound is the client's mistake, and it is told no more than that. */
async function bindTo(
  stream: ParameterizedStream<object, object>,
  toParams: () => object | Promise<object>,
): Promise<BindResult<object, object>> {
  const params = await toParams()
  try {
    return { channel: stream(params), params }
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    return Response.json(
      { code: 'invalid-params' },
      { status: 400, headers: { 'Cache-Control': 'no-store' } },
    )
  }
}
