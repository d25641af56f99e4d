/** Connections that may be under way at once: below the backlog of a server, which drops what goes beyond. */
const MAX_OPENING = 100

/**
 * Opens many streams, a hundred at a time.
 *
 * @param open - Opens one; resolves when it is live.
 */
export async function openStreams(count: number, open: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const openOneByOne = async (): Promise<void> => {
    while (next < count) await open(next++)
  }
  await Promise.all(Array.from({ length: Math.min(MAX_OPENING, count) }, openOneByOne))
}
