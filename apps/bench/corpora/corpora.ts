import { seededRandom } from '../../../scripts/testing/seeded-random.ts'

/** The fields of one block, or a comment. */
export interface BlockFields {
  readonly comment?: string
  readonly id?: string
  readonly event?: string
  readonly data?: string
}

/** A kind of stream, as it is met in practice. */
interface Kind {
  /** What ends its lines. Default LF. */
  readonly lineEnd?: string
  /** Makes the block of a number, from 0. */
  readonly block: (index: number, random: () => number) => BlockFields
}

const SEED = 2026
const words =
  'the of and a to in is you that it he was for on are with as I his they be at one have this'.split(' ')
const symbols = ['ACME', 'INIT', 'UMBR', 'GLBX', 'HOOL', 'STRK', 'WAYN', 'CYBR']
const cjk = '今日は良い天気です 事件流解析器 서버가 이벤트를 보냅니다 數據更新完成 こんにちは世界'.split(' ')
const emoji = ['😀', '🚀', '👩‍💻', '🎉', '🌍', '🦜']

const pick = <Item>(items: readonly Item[], random: () => number): Item =>
  // Only an empty list has none.
  items[Math.floor(random() * items.length)] as Item

/** One token of a model's answer, in the shape of the most widespread interface. */
function tokenChunk(content: string): string {
  return JSON.stringify({
    id: 'chatcmpl-8xKq2mPvTnRb4wYz',
    object: 'chat.completion.chunk',
    created: 1_763_800_000,
    model: 'model-2026-11',
    choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }],
  })
}

function tick(random: () => number): string {
  return JSON.stringify({ symbol: pick(symbols, random), price: Math.round(random() * 1e5) / 100 })
}

/** A JSON document of about a size in characters, in one line. */
function jsonDocument(size: number, random: () => number): string {
  const items: string[] = []
  for (let length = 0; length < size; length += (items.at(-1)?.length ?? 0) + 1) {
    const tags = [pick(words, random), pick(words, random)]
    items.push(JSON.stringify({ n: items.length, value: random(), name: pick(symbols, random), tags }))
  }
  return `[${items.join(',')}]`
}

/** The kinds of streams that speed is measured with. */
export const corpora = {
  'LLM tokens': { block: (_, random) => ({ data: tokenChunk(` ${pick(words, random)}`) }) },
  'event + data': {
    block: (index, random) => ({
      event: 'content_block_delta',
      data: JSON.stringify({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: `${pick(words, random)} ${index}` },
      }),
    }),
  },
  ticks: { block: (_, random) => ({ data: tick(random) }) },
  // Sizes double from 64 KiB to 1 MiB.
  'big JSON': { block: (index, random) => ({ data: jsonDocument(2 ** (16 + (index % 5)), random) }) },
  'multi-line': {
    block: (_, random) => ({
      data: Array.from({ length: 2 + Math.floor(random() * 14) }, () =>
        Array.from({ length: 1 + Math.floor(random() * 12) }, () => pick(words, random)).join(' '),
      ).join('\n'),
    }),
  },
  CRLF: { lineEnd: '\r\n', block: (_, random) => ({ event: 'tick', data: tick(random) }) },
  'ids + heartbeats': {
    block: (index, random) =>
      index % 10 === 9
        ? { comment: 'heartbeat' }
        : { id: `k3v9QmZxT2.${index}.Xw8-Pa`, event: 'tick', data: tick(random) },
  },
  'CJK + emoji': {
    block: (_, random) => ({ data: tokenChunk(`${pick(cjk, random)}${pick(emoji, random)}`) }),
  },
} as const satisfies Readonly<Record<string, Kind>>

/** The name of a kind of stream. */
export type CorpusName = keyof typeof corpora

/** The names of all of them. */
// `Object.keys` cannot tell the names.
export const corpusNames = Object.keys(corpora) as CorpusName[]

/** Makes the blocks of a stream, the same in every run, until they have a number of characters on the wire together. */
export function makeBlocks(name: CorpusName, characters: number): readonly BlockFields[] {
  const random = seededRandom(SEED)
  const blocks: BlockFields[] = []
  for (let length = 0; length < characters; length += blockLines(name, blocks.at(-1) ?? {}).join('').length) {
    blocks.push(corpora[name].block(blocks.length, random))
  }
  return blocks
}

/** A block as its lines on the wire, each with its end, the blank one included. */
export function blockLines(name: CorpusName, { comment, id, event, data }: BlockFields): readonly string[] {
  const { lineEnd = '\n' }: Kind = corpora[name]
  return [
    ...(comment === undefined ? [] : [`: ${comment}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(data === undefined ? [] : data.split('\n').map((line) => `data: ${line}`)),
    '',
  ].map((line) => line + lineEnd)
}
