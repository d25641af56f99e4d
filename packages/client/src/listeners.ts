import type { ConnectionListener } from './event-stream-connection.ts'

/** Hears whatever is told, under the name of the function that listeners have for it. */
export type Hear = (name: keyof ConnectionListener<unknown>, value?: unknown) => unknown

/** Tells all listeners. Returns what they answered. */
export type Tell = (...news: Parameters<Hear>) => readonly unknown[]

/** Calls a user's function. What it throws surfaces as an uncaught error, and harms nobody else. */
export function guard<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
