import type { ConnectionStatus, EventStreamConnection } from '../src/index.ts'

/** What a test heard of a connection. */
export interface Recording {
  /** One line for each thing heard. */
  readonly log: string[]
  /** Resolves once a line begins so, or did before. */
  readonly heard: (line: string) => Promise<void>
  /** Resolves once the connection has this status, or had it before. */
  readonly reached: (status: ConnectionStatus) => Promise<void>
}

/** Listens to everything that a connection tells. */
export function record(connection: EventStreamConnection<{ type: string; data: unknown }>): Recording {
  const log: string[] = []
  let waiters: (() => void)[] = []
  const add = (line: string): void => {
    log.push(line)
    const woken = waiters
    waiters = []
    for (const wake of woken) wake()
  }
  connection.subscribe({
    onEvent: ({ type, data }) => add(`${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`),
    onGap: ({ data }) => add(`gap ${data.reason} ${data.missed}`),
    onSnapshot: ({ data }) => add(`snapshot ${JSON.stringify(data.state)}`),
    onLive: () => add('live'),
    onEnd: ({ data }) => add(`end ${data.reason}`),
    onInvalidData: ({ code }) => add(`invalid ${code}`),
    onChunkEnd: () => add('chunk end'),
    onStateChange: (state) => {
      const details = [
        state.status === 'connecting' ? ` ${state.attempt} ${state.reason}` : '',
        state.status === 'waiting' ? ` ${state.attempt} ${state.error?.code ?? 'in good order'}` : '',
        state.status === 'paused' && state.reason === 'hide' ? ' hide' : '',
        state.status === 'failed' ? ` ${state.error.code} ${state.error.status ?? ''}` : '',
      ]
      add(`state ${state.status}${details.join('')}`.trimEnd())
    },
  })
  const heard = async (line: string): Promise<void> => {
    while (!log.some((each) => each.startsWith(line))) {
      await new Promise<void>((resolve) => waiters.push(resolve))
    }
  }
  return { log, heard, reached: (status) => heard(`state ${status}`) }
}
