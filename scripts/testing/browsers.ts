import { launchChromium } from './browsers-chromium.ts'
import { launchFirefox, missingFirefox } from './browsers-firefox.ts'
import type { Engine } from './browsers-page.ts'
import { launchWebKit, missingWebKit } from './browsers-webkit.ts'

export type { Engine } from './browsers-page.ts'

/** A browser engine that tests can run in. */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** All of them. */
export const engineNames: readonly EngineName[] = ['chromium', 'firefox', 'webkit']

const engines = {
  // npm carries one.
  chromium: { missing: () => undefined, launch: launchChromium },
  firefox: { missing: missingFirefox, launch: launchFirefox },
  webkit: { missing: missingWebKit, launch: launchWebKit },
}

/** Says why an engine cannot run on this machine, and what to do about it; `undefined` when it can. Made for `skip`. */
export function missingEngine(name: EngineName): string | undefined {
  return engines[name].missing()
}

/**
 * Starts a browser engine, without a window that anybody sees. Close it in `afterAll`.
 *
 * @throws {Error} If it is missing, or takes longer than 30 seconds to start.
 */
export async function launchEngine(name: EngineName): Promise<Engine> {
  const missing = missingEngine(name)
  if (missing) throw new Error(missing)
  return engines[name].launch()
}
