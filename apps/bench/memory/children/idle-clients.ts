/** Holds streams open on which nothing happens. */
import { connect } from 'node:net'
import { openStreams } from '../../client/open-streams.ts'
import { answerCommands } from '../../harness/commands.ts'

/** Whom to read from. */
export interface IdleSettings {
  readonly port: number
  readonly path: string
  /** What tells that a stream is open: the last text that a server sends by itself. */
  readonly lastText: string
  readonly localAddress: string
  readonly count: number
}

let ended = 0

function open({ port, path, lastText, localAddress }: IdleSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
      if (!text.includes(lastText)) return
      text = ''
      resolve()
    })
    socket.once('error', reject).once('close', () => {
      ended += 1
      reject(new Error(`a stream ended behind ${JSON.stringify(text.slice(-200))}`))
    })
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`)
  })
}

const commands = {
  /** Opens more streams. Resolves when all are open. */
  connect: (settings: IdleSettings): Promise<void> =>
    openStreams(Array.from({ length: settings.count }, () => ({ open: () => open(settings) }))),
  /** Streams that ended though nobody asked them to. */
  ended: (): number => ended,
}

/** What the clients can be asked. */
export type IdleClientCommands = typeof commands

answerCommands(commands)
