import { parseEventStream } from '@millrace/core'
import type { Model } from './model.ts'

/** The parts that are read of a chunk in the stream of a chat completion. */
interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[]
}

/**
 * A model behind an endpoint that is compatible with OpenAI's chat completions.
 *
 * @param options.url - The endpoint's base, such as `https://api.openai.com/v1`.
 * @param options.model - The model's name. Default: the first that the endpoint lists.
 */
export function openAiModel({
  url,
  key,
  model,
}: {
  readonly url: string
  readonly key: string
  readonly model: string | undefined
}): Model {
  const base = url.replace(/\/+$/, '')
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }

  async function request(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${base}${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`The model's endpoint answers with ${response.status}`)
    return response
  }

  return {
    async ask(prompt, { signal }) {
      const name = model ?? (await firstModel(await request('/models', { signal })))
      const body = JSON.stringify({
        model: name,
        stream: true,
        messages: [{ role: 'user', content: prompt }],
      })
      const response = await request('/chat/completions', { method: 'POST', body, signal })
      return { author: { name, embedded: false }, pieces: piecesOf(response) }
    },
  }
}

/** Any SSE response can be read like this. */
async function* piecesOf(response: Response): AsyncGenerator<string> {
  for await (const { data } of parseEventStream(response)) {
    if (data === '[DONE]') return
    const chunk = JSON.parse(data) as Chunk
    const piece = chunk.choices?.[0]?.delta?.content
    if (piece) yield piece
  }
  throw new Error('The answer of the model broke off')
}

async function firstModel(response: Response): Promise<string> {
  const { data } = (await response.json()) as { readonly data?: readonly { readonly id: string }[] }
  const [first] = data ?? []
  if (!first) throw new Error("The model's endpoint lists no model: name one by OPENAI_MODEL")
  return first.id
}
