import { dirname } from 'node:path'
import { startNextApp } from '../testing/next-app.ts'
import { look, says } from './look.ts'
import type { Tarball } from '../packed.ts'
import { snippet } from './snippets.ts'
import { install, step, writeFiles } from './steps.ts'

const WITHOUT_QUESTIONS = [
  '--yes',
  '--ts',
  '--app',
  '--empty',
  '--no-src-dir',
  '--no-tailwind',
  '--no-eslint',
]

/** A fresh Next.js app with the README's snippets: it builds, publishes from a server action, and streams into a browser. */
export async function freshNextApp(folder: string, tarballs: readonly Tarball[]): Promise<void> {
  await step('create-next-app', dirname(folder), 'npx', [
    '--yes',
    'create-next-app@latest',
    'next',
    ...WITHOUT_QUESTIONS,
    '--use-npm',
    '--disable-git',
  ])
  await install(folder, tarballs, ['zod'])
  await writeFiles(folder, FILES)
  await step('next build', folder, 'npm', ['run', 'build'])
  const app = await startNextApp(folder)
  try {
    await look(`${app.url}/`, async (page) => {
      await says(page, '#status', 'open')
      await page.getByRole('button', { name: 'Publish' }).click()
      await says(page, '#last-event', 'tick')
      await says(page, '#board', '{"ACME":12.3}')
      await page.getByRole('button', { name: 'Ask' }).click()
      await says(page, '#answer', 'You asked: why?')
      await says(page, '#answer-status', 'done')
    })
  } finally {
    await app.stop()
  }
}

const FILES: Readonly<Record<string, string>> = {
  'lib/streams.ts': `import { defineStream } from '@millrace/next'
import { z } from 'zod'

interface Message {
  readonly text: string
}

${snippet('export const prices')}
${snippet('export const rooms')}
${snippet('export const orders')}
`,
  'app/api/prices/route.ts': `import { channelRoute } from '@millrace/next'
import { prices } from '@/lib/streams'

${snippet('export const { GET')}
`,
  'app/api/chat/route.ts': `import { eventStream } from '@millrace/next'

async function* model({ prompt }: { prompt: string }, { signal }: { signal: AbortSignal }) {
  for (const word of ['You ', 'asked: ', prompt]) {
    signal.throwIfAborted()
    yield word
  }
}

${snippet('export const POST')}
`,
  'app/actions.ts': `'use server'

import { publish } from '@millrace/next'
import { prices, rooms } from '@/lib/streams'

export async function publishTick() {
  const id = 'lobby'
  const data = { text: 'A price!' }
  ${snippet('await publish(prices')}
  ${snippet('await publish(rooms')}
}
`,
  'app/prices.tsx': `'use client'

import { useEventStream } from '@millrace/react'
import { prices } from '@/lib/streams'

export function Prices() {
  ${snippet('const { data, lastEvent')}
  return (
    <p>
      <output>{data?.symbol}</output> <output id="last-event">{lastEvent?.type}</output> <output id="status">{status}</output>
    </p>
  )
}

export function Board() {
  ${snippet('const { data: board }')}
  return <output id="board">{JSON.stringify(board)}</output>
}
`,
  'app/chat.tsx': `'use client'

import { useEventStreamRequest } from '@millrace/react'

export function Chat() {
  const prompt = 'why?'
  ${snippet('const chat')}
  return (
    <p>
      <button onClick={() => ${snippet('chat.start')}}>Ask</button> <output id="answer">{chat.data}</output>{' '}
      <output id="answer-status">{chat.status}</output>
    </p>
  )
}
`,
  'app/page.tsx': `import { publishTick } from './actions'
import { Chat } from './chat'
import { Board, Prices } from './prices'

export default function Home() {
  return (
    <main>
      <form action={publishTick}>
        <button>Publish</button>
      </form>
      <Prices />
      <Board />
      <Chat />
    </main>
  )
}
`,
  // A browser asks for one, and its absence is an error in the console.
  'app/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" />\n',
}
