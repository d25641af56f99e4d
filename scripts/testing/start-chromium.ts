import { type Browser, chromium } from 'playwright'
import { args, executablePath } from './chromium.ts'

/** Starts the Chromium that tests are run with, driven by Playwright. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await executablePath(), args })
}
