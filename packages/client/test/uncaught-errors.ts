import { onTestFinished } from 'vitest'

/** Keeps the errors that nobody caught, while a test expects some. */
export function uncaughtErrors(): unknown[] {
  const errors: unknown[] = []
  const previous = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => errors.push(error))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of previous) process.on('uncaughtException', listener)
  })
  return errors
}
