import { useEffect, useState, type Dispatch } from 'react'
import type { LedgerAction } from './ledger.ts'
import type { Tick } from './tick.ts'

/**
 * Reads a lab's stream with the browser's own `EventSource`, for as long as the page is seen.
 *
 * @param enter - Is told what happens; the same function from render to render.
 * @returns A function that begins anew, with another `EventSource`: one that gave up cannot be used again.
 */
export function useNativeFeed(url: string, enter: Dispatch<LedgerAction>): () => void {
  const [begun, setBegun] = useState(1)
  useEffect(() => {
    const source = new EventSource(url)
    let replayed = true
    source.addEventListener('open', () => {
      replayed = true
      enter({ type: 'opened' })
    })
    source.addEventListener('tick', ({ data }) => {
      const { n }: Tick = JSON.parse(data)
      enter({ type: 'number', n, replayed })
    })
    // What the server says of the stream are events that anybody may listen to.
    source.addEventListener('millrace.gap', ({ data }) => enter({ type: 'gap', ...JSON.parse(data) }))
    source.addEventListener('millrace.live', () => {
      replayed = false
    })
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CONNECTING) enter({ type: 'lost' })
      else enter({ type: 'stopped', why: 'it gave up, and is not told why' })
    })
    return () => source.close()
  }, [url, begun, enter])
  return () => setBegun((times) => times + 1)
}
