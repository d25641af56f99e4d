import { useEffect, useState } from 'react'

/** Tells whether something has gone on, without a break, for longer than `afterMs` milliseconds. */
export function useIsLate(goesOn: boolean, afterMs: number): boolean {
  const [isLate, setIsLate] = useState(false)
  useEffect(() => {
    if (!goesOn) return
    const timer = setTimeout(setIsLate, afterMs, true)
    return () => {
      clearTimeout(timer)
      setIsLate(false)
    }
  }, [goesOn, afterMs])
  return isLate
}
