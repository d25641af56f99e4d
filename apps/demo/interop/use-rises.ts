import { useState } from 'react'

/** Counts how often something has become true. */
export function useRises(isTrue: boolean): number {
  const [counted, setCounted] = useState({ isTrue: false, rises: 0 })
  // While rendering, as React has it for what follows from the render before: an effect would render once more.
  if (counted.isTrue !== isTrue) setCounted({ isTrue, rises: counted.rises + (isTrue ? 1 : 0) })
  return counted.rises
}
