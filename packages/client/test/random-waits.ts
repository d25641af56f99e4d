import { afterEach, beforeEach, vi } from 'vitest'

/** Has no test of a file wait for the random part of a backoff. */
export function withoutRandomWaits(): void {
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
}
