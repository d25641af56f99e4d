import type { ConnectionStatus, EventStreamConnection } from '@millrace/client'
import type { Script, SeenRequest } from '../script.ts'

/** What is under test: built or not, bundled or not, as the runtime has it. */
export interface Subject {
  readonly connectEventStream: (typeof import('@millrace/client'))['connectEventStream']
  readonly defineStream: (typeof import('@millrace/core'))['defineStream']
}

/** A stream that the case has scripted. */
export interface CaseStream {
  readonly url: string
  /** Resolves with all requests, once there are so many, and so many of them over. */
  readonly seen: (least: {
    readonly requests?: number
    readonly closed?: number
  }) => Promise<readonly SeenRequest[]>
  /** Lets it go on that waits at `go!`. */
  readonly go: () => Promise<void>
}

/** What was heard of a connection. */
export interface Heard {
  /** One line for each thing heard. */
  readonly log: readonly string[]
  /** Resolves once a line begins so, or did before. */
  readonly until: (line: string) => Promise<void>
}

/** What a case works with. */
export interface CaseContext extends Subject {
  /** Makes a stream of the server's. */
  readonly serve: (...script: Script) => Promise<CaseStream>
  /** Listens to a connection, and closes it behind the case. */
  readonly listen: (connection: EventStreamConnection<{ type: string; data: unknown }>) => Heard
}

/** One case: a sentence about behaviour, and a run that throws where it does not hold. It knows no test framework. */
export interface ClientCase {
  readonly name: string
  readonly run: (context: CaseContext) => Promise<void>
}

/** How long a case waits for anything, in milliseconds. */
const PATIENCE_MS = 15_000

/** Runs a case against the server at this origin. @throws What does not hold. */
export async function runCase({ run }: ClientCase, origin: string, subject: Subject): Promise<void> {
  const connections: EventStreamConnection<unknown>[] = []
  // No case waits for the random part of a backoff.
  const { random } = Math
  Math.random = () => 0
  try {
    await run({
      ...subject,
      serve: (...script) => serve(origin, script),
      listen(connection) {
        connections.push(connection)
        return listen(connection)
      },
    })
  } finally {
    Math.random = random
    for (const connection of connections) connection.close()
  }
}

/** Throws unless two values are the same, as JSON has them. */
export function equal(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`expected ${should}, received ${is}`)
}

/** Throws unless it holds. */
export function ok(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`)
}

async function serve(origin: string, script: Script): Promise<CaseStream> {
  const made = await fetch(`${origin}/streams`, { method: 'POST', body: JSON.stringify(script) })
  const url = origin + (await made.text())
  return {
    url,
    async seen({ requests = 0, closed = 0 }) {
      const asked = fetch(`${url}/seen?requests=${requests}&closed=${closed}`).then((response) =>
        response.json(),
      )
      return (await soon(
        asked,
        () => `${requests} requests, ${closed} of them over`,
      )) as readonly SeenRequest[]
    },
    async go() {
      await fetch(`${url}/go`, { method: 'POST' })
    },
  }
}

function listen(connection: EventStreamConnection<{ type: string; data: unknown }>): Heard {
  const log: string[] = []
  let wake = (): void => undefined
  const add = (line: string): void => {
    log.push(line)
    wake()
  }
  connection.subscribe({
    onEvent: ({ type, data }) => add(`${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`),
    onGap: ({ data }) => add(`gap ${data.reason} ${data.missed}`),
    onSnapshot: ({ data }) => add(`snapshot ${JSON.stringify(data.state)}`),
    onLive: () => add('live'),
    onEnd: ({ data }) => add(`end ${data.reason}`),
    onInvalidData: ({ code }) => add(`invalid ${code}`),
    onStateChange: (state) => {
      const why: Partial<Record<ConnectionStatus, string | number>> = {
        ...(state.status === 'connecting' && { connecting: state.reason }),
        ...(state.status === 'waiting' && { waiting: state.error?.code ?? 'in good order' }),
        ...(state.status === 'failed' && { failed: state.error.code }),
      }
      add(`state ${state.status} ${why[state.status] ?? ''}`.trimEnd())
    },
  })
  const until = async (line: string): Promise<void> => {
    while (!log.some((each) => each.startsWith(line))) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { log, until: (line) => soon(until(line), () => `${line}, after ${JSON.stringify(log)}`) }
}

/** Waits for a promise, and no longer than the patience of a case. */
async function soon<Result>(promise: Promise<Result>, what: () => string): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what()}`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
