import type { EventStreamError } from '@millrace/react'

/** What a page can find out of a server that it may not read: it answers · nothing came · nobody has asked yet. */
export type Reach = 'answers' | 'silent' | 'unknown'

/** Says in plain words why a stream cannot be read, and what its server would have to do. */
export function refusalWords(
  { code, status, message }: Pick<EventStreamError, 'code' | 'status' | 'message'>,
  { reach, pageOrigin }: { readonly reach: Reach; readonly pageOrigin: string },
): string {
  switch (code) {
    case 'bad-status':
      return `The server answered with status ${status}.`
    case 'bad-content-type':
      return 'What the server answered is no event stream: its Content-Type is not text/event-stream.'
    case 'network':
      switch (reach) {
        case 'answers':
          return `The server answers, but not to pages of ours: CORS asks it for the header Access-Control-Allow-Origin: ${pageOrigin}`
        case 'silent':
          return 'Nothing answers at this address.'
        case 'unknown':
          return 'The connection broke or was refused.'
      }
    default:
      return message
  }
}
