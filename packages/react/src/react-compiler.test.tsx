import { transformSync } from '@babel/core'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** What the compiler tells of a function that it met. */
interface CompilerEvent {
  readonly kind: string
  readonly fnName?: string | null
  readonly detail?: unknown
}

/** Has the React Compiler look at some source, and returns what it did with each component and hook. */
function compile(code: string, filename: string): readonly CompilerEvent[] {
  const events: CompilerEvent[] = []
  transformSync(code, {
    filename,
    configFile: false,
    babelrc: false,
    parserOpts: { plugins: ['typescript', 'jsx'] },
    plugins: [
      [
        'babel-plugin-react-compiler',
        { target: '18', logger: { logEvent: (_file: string, event: CompilerEvent) => events.push(event) } },
      ],
    ],
  })
  return events
}

const folder = import.meta.dirname
const sources = globSync('*.ts', { cwd: folder }).filter((name) => !name.includes('.test'))
const events = sources.flatMap((name) =>
  compile(readFileSync(join(folder, name), 'utf8'), join(folder, name)),
)

test('the React Compiler compiles every component and hook of the package', () => {
  expect(events.filter(({ kind }) => kind !== 'CompileSuccess')).toEqual([])
  expect(new Set(events.map(({ fnName }) => fnName))).toEqual(
    new Set(['EventStreamProvider', 'useEventStream', 'useEventStreamRequest', 'useEventStreamStatus']),
  )
})

test('the compiler tells of what it cannot compile', () => {
  const code = 'let n = 0; export function useCounter() { n++; return useState(n) }'
  expect(compile(code, join(folder, 'counter.ts')).map(({ kind }) => kind)).toContain('CompileError')
})
