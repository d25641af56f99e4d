import type { Author } from '../answer.ts'
import { embeddedModel } from './embedded-model.ts'
import { openAiModel } from './openai-model.ts'

/** What answers questions. */
export interface Model {
  /**
   * Asks a question.
   *
   * @returns Who answers, and the pieces of the answer as they come.
   * @throws {Error} If nobody answers; the message is fit for visitors.
   */
  ask(
    prompt: string,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly author: Author; readonly pieces: AsyncIterable<string> }>
}

/** The endpoint that OPENAI_BASE_URL and OPENAI_API_KEY name; without them, the generator within the demo. */
export function chooseModel(): Model {
  const { OPENAI_BASE_URL: url, OPENAI_API_KEY: key, OPENAI_MODEL: model } = process.env
  return url && key ? openAiModel({ url, key, model }) : embeddedModel
}
