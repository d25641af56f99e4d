import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseEventStream } from '@millrace/core'
import type { Hono } from 'hono'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { codeBlocksOf, writeExamples } from './documentation.ts'
import { freePort } from './testing/free-port.ts'
import { root } from './public-packages.ts'

/** Writes a page's files as a reader would, but for the port that they listen on. */
function filesOf(page: string, port = 0): string {
  const folder = join(root, 'reports/documentation-runs', page.replace(/\.md$/, ''))
  const edit = (code: string): string =>
    code
      .replaceAll('listen(3000', `listen(${port}, '127.0.0.1'`)
      .replaceAll('localhost:3000', `127.0.0.1:${port}`)
  writeExamples(page, folder, { edit })
  return folder
}

interface Program {
  readonly output: () => string
  /** Waits until the program has said something. */
  readonly says: (text: string | RegExp) => Promise<void>
  /** Ends it as a platform does. */
  readonly terminate: () => void
  /** The code that it exits with, or the signal. */
  readonly exited: Promise<unknown>
}

/** Runs `node server.ts`. */
function run(folder: string, file: string, env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  return {
    output: () => output,
    says: (text) => vi.waitFor(() => expect(output).toMatch(text), 15_000),
    terminate: () => void child.kill('SIGTERM'),
    exited: once(child, 'close').then(([code, signal]) => code ?? signal),
  }
}

/** Serves on a port of its own, until the test is over. */
async function serve(handle: RequestListener): Promise<number> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('the program of the concepts prints what its page says', async () => {
  const program = run(filesOf('docs/concepts.md'), 'concepts.ts')
  expect(await program.exited).toBe(0)
  const [shown] = codeBlocksOf('docs/concepts.md').filter(({ language }) => language === 'sse')
  const withoutChance = (text = ''): string =>
    text.trim().replace(/^(id: )[\w-]+(\.\d+\.).*$/gm, '$1epoch$2tag')
  expect(withoutChance(program.output())).toBe(withoutChance(shown?.code))
})

describe('the server of your own', () => {
  test('streams to the client of its page, and ends when it is told to', async () => {
    const folder = filesOf('docs/guides/any-server.md', await freePort())
    const server = run(folder, 'server.ts')
    await server.says('http://')
    const client = run(folder, 'client.ts')
    await client.says(/ACME \d+.*\n.*ACME \d+/)
    client.terminate()
    await client.exited
    server.terminate()
    expect(await server.exited).toBe('SIGTERM')
  })

  test('has a channel for each room', async () => {
    const port = await freePort()
    const server = run(filesOf('docs/guides/any-server.md', port), 'rooms.ts')
    await server.says('http://')
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, init)
    expect((await ask('/')).status).toBe(404)
    for (const id of ['general', 'kitchen']) {
      expect((await ask(`/rooms/${id}`, { method: 'POST', body: `Hello, ${id}` })).status).toBe(204)
    }
    const replayed: string[] = []
    for await (const { type, data } of parseEventStream(await ask('/rooms/kitchen'))) {
      if (type === 'millrace.live') break
      replayed.push(data)
    }
    expect(replayed.slice(1)).toEqual(['{"text":"Hello, kitchen"}'])
  })

  test('is Hono just as well', async () => {
    const folder = filesOf('docs/guides/any-server.md')
    const { app } = (await import(join(folder, 'app.ts'))) as { app: Hono }
    const answer: string[] = []
    for await (const { data } of parseEventStream(await app.request('/countdown', { method: 'POST' }))) {
      answer.push(data)
    }
    expect(answer.slice(1)).toEqual(['3', '2', '1', '{"reason":"done"}'])
    const stream = await app.request('/prices')
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    await stream.body?.cancel()
  })
})

describe("the server of a model's tokens", () => {
  const words = ['Once', ' upon', ' a', ' time']
  const piece = (content: string): string =>
    `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`

  /** An endpoint that speaks OpenAI's protocol, and one server and one asker of the page before it. */
  async function ask(answer: RequestListener): Promise<{ readonly output: string; readonly asked: number }> {
    let asked = 0
    const upstream = await serve((request, response) => {
      asked += 1
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      answer(request, response)
    })
    const folder = filesOf('docs/guides/model-tokens.md', await freePort())
    const server = run(folder, 'server.ts', { OPENAI_BASE_URL: `http://127.0.0.1:${upstream}/v1` })
    await server.says('http://')
    const asker = run(folder, 'ask.ts')
    expect(await asker.exited).toBe(0)
    return { output: asker.output().trim(), asked }
  }

  test('hands them on, and says that the answer is whole', async () => {
    const { output, asked } = await ask((_, response) => {
      response.end([...words.map(piece), 'data: [DONE]\n\n'].join(''))
    })
    expect(output).toBe('Once upon a time\ndone')
    expect(asked).toBe(1)
  })

  test('tells half an answer from a whole one, and asks for neither again', async () => {
    const { output, asked } = await ask((_, response) => {
      response.write(words.slice(0, 2).map(piece).join(''), () => response.destroy())
    })
    expect(output).toMatch(/^(Once upon)?\s*not the whole answer: .*source-failed.*\nfailed$/s)
    expect(asked).toBe(1)
  })
})

const tested = filesOf('docs/guides/testing.md')
describe.each(['watch-prices', 'prices-route', 'backplane'])(
  'the tests that the guide shows: %s',
  async (name) => {
    await import(join(tested, `${name}.test.ts`))
  },
)
