/** The pages of the demo, in the order of the navigation. A page is listed when it exists. */
export const pages = [{ href: '/', name: 'Live' }] as const
