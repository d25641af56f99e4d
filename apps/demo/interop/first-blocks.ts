/**
 * Reads the beginning of an event stream as it is on the wire, and hangs up.
 *
 * @param options.blocks - How many blocks to read.
 * @returns Their text, without the blanks that pad the first one past what browsers hold back.
 * @throws If it cannot be read, or the signal is aborted.
 */
export async function firstBlocks(
  url: string,
  { blocks, signal }: { readonly blocks: number; readonly signal: AbortSignal },
): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' }, signal })
  let text = ''
  for await (const chunk of textOf(response)) {
    text = (text + chunk).replace(/^:[ ]{8,}$/gm, ':')
    const ends = [...text.matchAll(/\n\n/g)]
    const last = ends[blocks - 1]
    if (last) return text.slice(0, last.index)
  }
  return text
}

/** Not by the body's own iterator, which not every browser has. */
async function* textOf({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) return
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value
  } finally {
    await reader.cancel()
  }
}
