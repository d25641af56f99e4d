import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openAiModel } from '../tokens/server/openai-model.ts'

const chunk = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`

test('reads the pieces of a chat completion up to its end', async () => {
  const asked: unknown[] = []
  const url = await endpoint((request, response) => {
    if (request.url === '/v1/models') return void response.end('{"data":[{"id":"mill-1"}]}')
    request.setEncoding('utf8').on('data', (text: string) => asked.push(JSON.parse(text)))
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.end(`${chunk('Down')}${chunk('stream.\n')}data: {"choices":[]}\n\ndata: [DONE]\n\n`)
  })
  const { author, pieces } = await openAiModel({ url: `${url}/`, key: 'secret', model: undefined }).ask(
    'where?',
    {
      signal: AbortSignal.timeout(5000),
    },
  )
  expect(author).toEqual({ name: 'mill-1', embedded: false })
  expect(await Array.fromAsync(pieces)).toEqual(['Down', 'stream.\n'])
  expect(asked).toEqual([{ model: 'mill-1', stream: true, messages: [{ role: 'user', content: 'where?' }] }])
})

test('does not take an answer that broke off for a whole one', async () => {
  const url = await endpoint((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(chunk('Down'))
  })
  const { pieces } = await openAiModel({ url, key: 'secret', model: 'mill-1' }).ask('where?', {
    signal: AbortSignal.timeout(5000),
  })
  await expect(Array.fromAsync(pieces)).rejects.toThrow('broke off')
})

test('says with which status the endpoint refuses, and not with which key it was asked', async () => {
  const url = await endpoint((_request, response) => void response.writeHead(401).end())
  const asking = openAiModel({ url, key: 'secret', model: 'mill-1' }).ask('where?', {
    signal: AbortSignal.timeout(5000),
  })
  await expect(asking).rejects.toThrow("The model's endpoint answers with 401")
})

async function endpoint(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
