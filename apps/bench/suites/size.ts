import { minified } from '../../../scripts/minified.ts'
import { defineSuite } from '../harness/suite.ts'

/** What applications import, and what of. */
const parts: readonly { readonly name: string; readonly code: string; readonly external?: string[] }[] = [
  { name: 'parser', code: `export { createParser } from '@millrace/core'` },
  { name: 'parseEventStream', code: `export { parseEventStream } from '@millrace/core'` },
  { name: 'EventStreamDecoderStream', code: `export { EventStreamDecoderStream } from '@millrace/core'` },
  { name: 'encoder', code: `export { encodeEvent, encodeComment } from '@millrace/core'` },
  {
    name: 'useEventStream',
    code: `export { useEventStream } from '@millrace/react'`,
    external: ['react'],
  },
  { name: 'eventsource-parser', code: `export { createParser } from 'eventsource-parser'` },
  {
    name: 'eventsource-parser/stream',
    code: `export { EventSourceParserStream } from 'eventsource-parser/stream'`,
  },
  { name: 'eventsource-encoder', code: `export { encode, encodeComment } from 'eventsource-encoder'` },
]

/** What parts of Millrace and its peers weigh in an application's bundle. */
export const size = defineSuite({
  title: 'Sizes of what an application imports, minified and compressed',
  method:
    'Each part is bundled for browsers and minified by esbuild, all that it needs included (but React), and compressed by gzip at level 9. Bytes, of which 1 kB has 1,000. There is nothing random about it: one ' +
    'run is enough, and there are no settings.',
  settings: {},
  quick: {},
  async run() {
    const sizes = await Promise.all(
      parts.map(async ({ name, code, external = [] }) => {
        return { name, ...(await minified(code, { folder: import.meta.dirname, external })) }
      }),
    )
    return {
      figures: { sizes },
      tables: [
        {
          title: 'Bytes',
          columns: ['', 'minified', 'compressed'],
          rows: sizes.map(({ name, minifiedBytes, gzipBytes }) => [name, minifiedBytes, gzipBytes]),
        },
      ],
      problems: [],
    }
  },
})
