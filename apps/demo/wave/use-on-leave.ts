import { useEffect, useEffectEvent } from 'react'

/** Calls back when nobody looks any more: another tab is in front, or another page. */
export function useOnLeave(leave: () => void): void {
  const onLeave = useEffectEvent(leave)
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'hidden') onLeave()
    }
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      onLeave()
    }
  }, [])
}
