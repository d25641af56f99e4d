/** Connections that may be under way at once: below the backlog of a server, which drops what goes beyond. */
const MAX_OPENING = 100

/** Opens many streams, a hundred at a time. Resolves when all are live. */
export async function openStreams(streams: readonly { readonly open: () => Promise<void> }[]): Promise<void> {
  const waiting = [...streams]
  const openOneByOne = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await next.open()
  }
  await Promise.all(Array.from({ length: MAX_OPENING }, openOneByOne))
}
