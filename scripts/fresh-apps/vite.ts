import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { look, says } from './look.ts'
import type { Tarball } from '../packed.ts'
import { snippet } from './snippets.ts'
import { install, step, writeFiles } from './steps.ts'

/** A fresh Vite + React app with the README's snippets, whose built pages and streams come from one `node:http` server. */
export async function freshViteApp(folder: string, tarballs: readonly Tarball[]): Promise<void> {
  await step('create-vite', dirname(folder), 'npx', [
    '--yes',
    'create-vite@latest',
    'vite',
    '--template',
    'react-ts',
    '--no-interactive',
  ])
  const own = tarballs.filter(({ name }) => !['@millrace/next', '@millrace/redis'].includes(name))
  await install(folder, own)
  await writeFiles(folder, FILES)
  await step('vite build', folder, 'npm', ['run', 'build'])
  const { server, url } = await startServer(folder)
  try {
    await look(url, async (page) => {
      await says(page, '#status', 'open')
      await says(page, '#latest', 'event 3')
      await says(page, '#price', '12.3')
    })
  } finally {
    server.kill()
    await once(server, 'exit')
  }
}

async function startServer(folder: string): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, ['server.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  })
  const [url] = await once(createInterface(server.stdout), 'line')
  return { server, url: String(url) }
}

const FILES: Readonly<Record<string, string>> = {
  'server.mjs': `import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { extname, join } from 'node:path'
import { defineStream } from '@millrace/core'
import { publish, toResponse } from '@millrace/server'
import { toNodeHandler } from '@millrace/server/node'

const prices = defineStream('prices')
const ticks = toNodeHandler((request) => toResponse(request, prices, { start: 'oldest' }))
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

const server = createServer(async (request, response) => {
  if (request.url === '/ticks') return ticks(request, response)
  if (request.url === '/events') return plainEvents(response)
  const path = request.url === '/' ? 'index.html' : request.url
  const body = await readFile(join('dist', path)).catch(() => undefined)
  response.writeHead(body ? 200 : 404, { 'Content-Type': types[extname(path)] ?? 'text/plain' }).end(body)
})

async function plainEvents(response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  for (const n of [1, 2, 3]) {
    response.write(\`data: event \${n}\\n\\n\`)
    await setTimeout(100)
  }
}

server.listen(0, '127.0.0.1', () => console.log(\`http://127.0.0.1:\${server.address().port}/\`))
await publish(prices, { type: 'tick', data: { symbol: 'ACME', price: 12.3 } })
`,
  'src/App.tsx': `import { useEventStream } from '@millrace/react'

interface Tick {
  readonly symbol: string
  readonly price: number
}

function Latest() {
  ${snippet("const { data, status } = useEventStream('/events')")}
  return (
    <p>
      <output id="latest">{data}</output> <output id="status">{status}</output>
    </p>
  )
}

function Price() {
  ${snippet('const { data } = useEventStream<Tick>')}
  return <output id="price">{data?.price}</output>
}

export default function App() {
  return (
    <>
      <Latest />
      <Price />
    </>
  )
}
`,
}
