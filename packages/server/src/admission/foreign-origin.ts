/**
 * Tells whether a page of another origin asks: its browser sends this site's cookies along, and asks no preflight for a GET.
 *
 * `Sec-Fetch-Site` decides where it is there: the browser knows both origins, and no page can set it. Browsers leave it out on plain
 * HTTP; then the host of `Origin` is compared with the hosts that this request went to. Who sends neither is no page of another
 * origin: a program, or a page of this one.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isForeign({ headers, url }: Request): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site !== 'same-origin' && site !== 'none'
  const origin = headers.get('origin')
  if (origin === null) return false
  // `null` is the origin of sandboxed frames and of files, and everybody can have it. Schemes of apps have hosts of their own.
  if (!/^https?:/i.test(origin) || !URL.canParse(origin)) return true
  return !hostsOf(headers, url).includes(new URL(origin).host)
}

/**
 * The hosts that a request went to, before and behind a proxy. `X-Forwarded-Host` can be believed here: a page of another origin
 * cannot set it without a preflight, and a program that can set it could as well leave `Origin` out. The scheme is no part of it: a
 * proxy that ends TLS hides it.
 */
function hostsOf(headers: Headers, url: string): readonly string[] {
  // The URL is what a server makes of itself, so it counts only where the client's own word is missing.
  const host = headers.get('host') ?? new URL(url).host
  const forwarded = headers.get('x-forwarded-host')?.split(',') ?? []
  const named = [host, ...forwarded].map((name) => name.trim().toLowerCase())
  // A default port is written by some and left out by others.
  return [...named, ...named.map((name) => name.replace(/:(80|443)$/, ''))]
}
