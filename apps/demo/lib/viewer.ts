/**
 * A random name for this page view, by which the server can cut its connection and nobody else's.
 *
 * Made once per page load, and only in a browser: a name made on the server would be the same for everybody.
 * `crypto.randomUUID` is missing on plain HTTP, where a phone in the same network would open this page.
 */
export const viewer: string = typeof window === 'undefined' ? 'server' : randomName()

function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36)).join('')
}

/** Tells whether a value that came over the network has the form of a viewer's name. */
export function isViewer(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9]{8,64}$/.test(value)
}

/** The tag that a viewer's streams carry on the server. */
export function viewerTag(name: string): string {
  return `viewer:${name}`
}
