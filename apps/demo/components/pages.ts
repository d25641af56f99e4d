/** A page of the demo, as the navigation names it. */
export interface DemoPage {
  readonly href: '/' | `/${string}`
  readonly name: string
}

/** The pages of the demo, in the order of the navigation: Live, Tokens, Rooms, Chaos lab, Interop. A page is listed when it exists. */
export const pages: readonly DemoPage[] = [
  { href: '/', name: 'Live' },
  { href: '/tokens', name: 'Tokens' },
  { href: '/rooms', name: 'Rooms' },
  { href: '/lab', name: 'Chaos lab' },
  { href: '/interop', name: 'Interop' },
]
