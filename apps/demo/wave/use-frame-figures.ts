import { useEffect, useState } from 'react'
import { type FrameFigures, type FrameMeter } from './frame-meter.ts'

/** Often enough to follow, and seldom enough not to be what is measured. */
const SHOWN_EVERY_MS = 250

/** Has a meter count frames while `runs`, and returns its figures four times a second. */
export function useFrameFigures(meter: FrameMeter, runs: boolean): FrameFigures {
  const [figures, setFigures] = useState(meter.read)
  useEffect(() => {
    if (!runs) return
    const stop = meter.start()
    const show = (): void => setFigures(meter.read())
    const timer = setInterval(show, SHOWN_EVERY_MS)
    return () => {
      stop()
      clearInterval(timer)
      show()
    }
  }, [meter, runs])
  return figures
}
