import { setTimeout } from 'node:timers/promises'
import type { Model } from './model.ts'

/** As fast as people read along. */
const WORD_INTERVAL_MS = 35

/** A generator for machines without a model: what it says is written here, and how it travels is real. */
export const embeddedModel: Model = {
  async ask(prompt, { signal }) {
    return {
      author: { name: 'the demo’s own generator', embedded: true },
      pieces: wordsOf(answerTo(prompt), signal),
    }
  },
}

async function* wordsOf(text: string, signal: AbortSignal): AsyncGenerator<string> {
  for (const [word] of text.matchAll(/\S+\s*/g)) {
    await setTimeout(WORD_INTERVAL_MS, undefined, { signal })
    yield word
  }
}

function answerTo(prompt: string): string {
  const words = prompt.split(/\s+/).length
  return `I am a generator built into this demo, and no language model: I cannot tell you anything about “${prompt}”, but that it has ${words} ${words === 1 ? 'word' : 'words'}. With OPENAI_BASE_URL and OPENAI_API_KEY set, a model answers here instead.

How this text reaches you is real all the same. Your question went out as one POST, and every word of mine is an event of its own, sent the moment it exists.

Press Stop, and I hear of it within milliseconds and fall silent: nobody pays for words that nobody reads. Lose the connection, and the page says that the answer broke off, since a whole answer ends with an event that says so. And whatever happens, your question is not sent a second time by itself, for asking costs money.`
}
