/**
 * Calls a user's callback so that an error in it harms nobody else: it is rethrown on its own, where the platform reports
 * uncaught errors.
 */
export function hearSafely<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
  try {
    callback?.(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
