const signals = new WeakMap<Request, AbortSignal>()

/** Says which signal aborts when the client of a request goes, where it is told who reads `request.signal`. */
export function rememberSignal(request: Request, signal: AbortSignal): void {
  signals.set(request, signal)
}

/**
 * The signal that aborts when the client of a request goes, for this library, which needs it no longer than the request: what an
 * application reads from the request may have to be kept for it.
 */
export function signalOf(request: Request): AbortSignal {
  return signals.get(request) ?? request.signal
}
