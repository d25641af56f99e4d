import { parsingSuite } from '../parsing/parsing-suite.ts'

/** Parsers of bytes, decoding included. */
export const parse = parsingSuite({
  title:
    'Parsing bytes, decoding included, beside eventsource-parser: eight kinds of streams in eight kinds of chunks',
  input: 'bytes',
  targets: {
    eachCell: 0.95,
    mean: 1.4,
    named: [
      { name: 'LLM tokens, one event per chunk', cells: [['LLM tokens', 'event']], atLeast: 1.3 },
      { name: 'ids + event + data, 16 KiB', cells: [['ids + heartbeats', '16 KiB']], atLeast: 1.3 },
      {
        name: 'JSON of 64 KiB to 1 MiB',
        cells: [
          ['big JSON', 'whole'],
          ['big JSON', '64 KiB'],
          ['big JSON', '16 KiB'],
        ],
        atLeast: 1,
      },
    ],
    elsewhere: [
      { where: 'Node.js 22', corpus: 'LLM tokens', chunking: '16 KiB', atLeast: 2.5 },
      { where: 'Chromium', corpus: 'LLM tokens', chunking: 'event', atLeast: 1.2 },
      { where: 'Chromium', corpus: 'LLM tokens', chunking: '16 KiB', atLeast: 1.2 },
    ],
  },
})
