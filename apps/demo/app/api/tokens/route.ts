import { eventStream, type YieldedEvent } from '@millrace/next'
import { createPlaces } from '../../../lib/places.ts'
import { isSameOrigin } from '../../../lib/same-origin.ts'
import { AUTHOR, type Author, MAX_PROMPT_LENGTH } from '../../../tokens/answer.ts'
import { chooseModel } from '../../../tokens/server/model.ts'

/** How many answers may be under way at once. */
const places = createPlaces(16)

export const POST = eventStream(async ({ request, signal }) => {
  if (!isSameOrigin(request)) return refusal(403, 'Only this site may ask')
  const prompt = await promptOf(request)
  if (!prompt) return refusal(400, `prompt must be a text of 1 to ${MAX_PROMPT_LENGTH} characters`)
  const leave = places.take(signal)
  if (!leave) return refusal(429, 'Too many questions at once: ask again in a moment')
  try {
    const { author, pieces } = await chooseModel().ask(prompt, { signal })
    return eventsOf(author, pieces)
  } catch (error) {
    leave()
    return refusal(502, error instanceof Error ? error.message : 'The model does not answer')
  }
})

async function* eventsOf(author: Author, pieces: AsyncIterable<string>): AsyncGenerator<YieldedEvent> {
  yield { type: AUTHOR, data: author }
  for await (const data of pieces) yield { data }
}

async function promptOf(request: Request): Promise<string | undefined> {
  const body: unknown = await request.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || !('prompt' in body)) return undefined
  const { prompt } = body
  if (typeof prompt !== 'string' || prompt.trim() === '' || prompt.length > MAX_PROMPT_LENGTH)
    return undefined
  return prompt.trim()
}

function refusal(status: number, message: string): Response {
  return new Response(message, { status })
}
