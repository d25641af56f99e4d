import type { Exchange } from './event-server.ts'

/** Answers without a stream. */
export const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = '') =>
  ({ response }: Exchange): void => {
    response.writeHead(status, headers).end(body)
  }

/** Sends text on a stream that stays open. */
export const send =
  (...texts: readonly (string | Uint8Array)[]) =>
  ({ open, response }: Exchange): void => {
    open()
    for (const text of texts) response.write(text)
  }

/** Sends text, and ends the body in good order. */
export const sendAll =
  (...texts: readonly (string | Uint8Array)[]) =>
  (exchange: Exchange): void => {
    send(...texts)(exchange)
    exchange.response.end()
  }

/** Sends text, and cuts the socket in the middle of the body. */
export const cut =
  (text: string) =>
  ({ open, response }: Exchange): void => {
    open()
    response.write(text, () => response.socket?.destroy())
  }

/** The block that opens a Millrace response. */
export const millraceOpen = (id?: string, resume = 'fresh'): string =>
  `event: millrace.open\ndata: {"resume":"${resume}","delivery":"all","heartbeatMs":15000}\n${id ? `id: ${id}\n` : ''}\n`
