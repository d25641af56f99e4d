import { hexBytes } from './vectors.ts'

const names = 'data: |data:|data|event: |event:|event|id: |id:|id|retry: |retry:|retry'.split('|')
const nearNames = 'dat|dataa:|Data:|data :| data:|even|events:|ids: 1|retr|retryy: 5|:|: |::'.split('|')
const lineEnds = ['\n', '\n\n', '\r', '\r\r', '\r\n', '\r\n\r\n', '\n\r', '\r\r\n\n']
const values = [
  '',
  'a',
  'x y',
  ' ',
  '  b',
  '\t',
  '0',
  '10',
  '007',
  '1e3',
  '-1',
  '9'.repeat(20),
  '1',
  '2',
  ': c',
]
const oddCharacters = [
  '\0',
  'a\0b',
  '\uFEFF',
  '\uFEFF\uFEFF',
  'é',
  '…',
  '中文',
  '😀',
  '\u2028',
  '\u0085',
  '\v',
  '\f',
  '１',
]
const wholeBlocks = [
  'data: one\n\n',
  'id: 7\n\n',
  'data: 2\r\n\r\n',
  'event: tick\ndata: 3\n\n',
  'retry: 20\r',
  ': ping\n\n',
]

/** Text of which streams are made: fields, what nearly is a field, line ends, and what decoders stumble over. */
export const textFragments: readonly string[] = [
  names,
  nearNames,
  lineEnds,
  lineEnds,
  values,
  oddCharacters,
  wholeBlocks,
].flat()

const encoder = new TextEncoder()
/** Not UTF-8: stray and missing continuation bytes, overlong forms, surrogates, and bytes that never occur. */
const malformed = '80 bfbf c3 e280 f09f98 ef efbb c0af eda080 f4908080 f888 ff feff e20a'
  .split(' ')
  .map(hexBytes)
const fragments: readonly Uint8Array[] = [...textFragments.map((text) => encoder.encode(text)), ...malformed]

/** A stream of up to 23 fragments and lines; one in eight begins with a byte order mark. */
export function randomStream(random: (bound: number) => number): Uint8Array {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[random(items.length)]
  const parts: Uint8Array[] = random(8) === 0 ? [encoder.encode('\uFEFF')] : []
  for (let count = random(24); count > 0; count--) {
    const part =
      random(2) === 0 ? encoder.encode(`${pick(names)}${pick(values)}${pick(lineEnds)}`) : pick(fragments)
    if (part) parts.push(part)
  }
  return concatenate(parts)
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Cuts a stream into chunks of random sizes, small ones more often; some are empty. */
export function randomChunks<Stream extends Uint8Array | string>(
  stream: Stream,
  random: (bound: number) => number,
): Stream[] {
  const chunks: Stream[] = []
  const most = [2, 4, 8, 64, 1024][random(5)] ?? 2
  for (let start = 0; start < stream.length;) {
    const end = Math.min(stream.length, start + random(most))
    // `slice` of either type gives that type again, which TypeScript cannot follow.
    chunks.push(stream.slice(start, end) as Stream)
    start = end
  }
  return chunks
}
