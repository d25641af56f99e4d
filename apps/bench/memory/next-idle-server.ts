import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startNextApp } from '../../../scripts/testing/next-app.ts'
import type { IdleMemory, IdleServer } from './measure-idle.ts'

const FOLDER = join(import.meta.dirname, '../next-app')
/** Behind this text there is nothing until an event comes. */
const LAST_TEXTS = { millrace: 'millrace.live', plain: '\n\n' } as const

/** Builds the app that both routes are in. */
export async function buildNextApp(): Promise<void> {
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const
  await promisify(execFile)(process.execPath, [next, 'build'], { cwd: FOLDER, env })
}

/** Starts the app on `next start`, for streams of one of its routes. */
export async function startNextServer(route: keyof typeof LAST_TEXTS): Promise<IdleServer> {
  const app = await startNextApp(FOLDER)
  const readMemory = async (): Promise<IdleMemory> => {
    const response = await fetch(`${app.url}/memory`, { method: 'POST' })
    if (!response.ok) throw new Error(`the app answered ${response.status} when asked for its memory`)
    return (await response.json()) as IdleMemory
  }
  // A route is loaded by its first request, which is no part of what a stream costs.
  await readMemory()
  const stop = async (): Promise<void> => void (await app.stop())
  return {
    port: Number(new URL(app.url).port),
    path: `/${route}`,
    lastText: LAST_TEXTS[route],
    readMemory,
    stop,
  }
}
