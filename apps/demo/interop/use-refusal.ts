import type { EventStreamError } from '@millrace/react'
import { useEffect, useState } from 'react'
import { refusalWords, type Reach } from './refusal-words.ts'

const ANSWERS_WITHIN_MS = 5000

/**
 * Says why a stream cannot be read, as far as a page can find out.
 *
 * @param error - What the hook says; `undefined` while all is well.
 */
export function useRefusal(url: string, error: EventStreamError | undefined): string | undefined {
  const isUnexplained = error?.code === 'network'
  const [reach, setReach] = useState<Reach>('unknown')
  useEffect(() => {
    if (!isUnexplained) return
    const leave = new AbortController()
    void reachOf(url, leave.signal).then((found) => {
      if (!leave.signal.aborted) setReach(found)
    })
    return () => {
      leave.abort()
      setReach('unknown')
    }
  }, [url, isUnexplained])
  return error && refusalWords(error, { reach, pageOrigin: location.origin })
}

/** A browser does not tell a page why it was not given an answer. Asked for one that nobody is to read, it tells whether there is one. */
async function reachOf(url: string, signal: AbortSignal): Promise<Reach> {
  const asked = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)])
  try {
    const response = await fetch(url, {
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      signal: asked,
    })
    await response.body?.cancel()
    return response.type === 'opaque' ? 'answers' : 'unknown'
  } catch {
    return 'silent'
  }
}
