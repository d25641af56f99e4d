import type { ExpectedEvent } from '../corpora/chunkings.ts'

/** Checks that a contender tells what the stream means. Nobody is timed who does not. */
export function checkEvents(
  name: string,
  actual: readonly ExpectedEvent[],
  expected: readonly ExpectedEvent[],
): void {
  const shape = ({ type, data, lastEventId }: ExpectedEvent): string =>
    JSON.stringify([type, data, lastEventId])
  const wrong = expected.findIndex((event, index) => {
    const other = actual[index]
    return !other || shape(other) !== shape(event)
  })
  if (wrong === -1 && actual.length === expected.length) return
  throw new Error(`${name}: event ${wrong} of ${expected.length} is another one (${actual.length} events)`)
}
