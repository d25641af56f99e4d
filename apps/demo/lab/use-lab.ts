import { useEffect, useState } from 'react'

/** A lab, on its way to being this visitor's. */
export type LabState =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly id: string }
  | { readonly status: 'refused'; readonly why: string }

const refusals: Readonly<Record<string, string>> = {
  'all-taken': 'All labs are taken just now. One is free again when a visitor leaves.',
  'several-instances':
    'A lab lives in the memory of one server, and this site runs on several. Start the demo alone to break it: npx --yes pnpm@12 demo',
}

/**
 * Has the server open a lab for this page, when it is first seen.
 *
 * @returns The lab, and a function that asks for another.
 */
export function useLab(): readonly [LabState, () => void] {
  const [lab, setLab] = useState<LabState>({ status: 'opening' })
  const { status } = lab
  useEffect(() => {
    if (status !== 'opening') return
    const stop = new AbortController()
    void openLab(stop.signal).then((opened) => {
      if (!stop.signal.aborted) setLab(opened)
    })
    return () => stop.abort()
  }, [status])
  return [lab, () => setLab({ status: 'opening' })]
}

async function openLab(signal: AbortSignal): Promise<LabState> {
  try {
    const response = await fetch('/api/lab', { method: 'POST', signal })
    // The server is ours: it tells an id, or a code.
    const { id, code } = (await response.json()) as { id?: string; code?: string }
    if (id) return { status: 'open', id }
    return { status: 'refused', why: refusals[code ?? ''] ?? 'The server did not open a lab.' }
  } catch {
    return { status: 'refused', why: 'The server cannot be reached.' }
  }
}
