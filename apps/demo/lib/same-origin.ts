/**
 * Tells whether a request was made by a page of this very site.
 *
 * Browsers send `Origin` with every POST, and pages cannot forge it. What sends none is not a page of ours.
 */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  const host = request.headers.get('host')
  if (!origin || !host || !URL.canParse(origin)) return false
  return new URL(origin).host === host
}
