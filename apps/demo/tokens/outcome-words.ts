import type { ConnectionStatus, EventStreamError } from '@millrace/react'
import type { Author } from './answer.ts'

/** Says in plain words how an answer is, or what became of it. */
export function outcomeWords(status: ConnectionStatus, error: EventStreamError | undefined): string {
  switch (status) {
    case 'idle':
      return ''
    case 'done':
      return 'Done: the server said that this is all'
    case 'closed':
      return 'Stopped by you'
    case 'failed':
      return error?.code === 'bad-status'
        ? `Refused, with status ${error.status}`
        : 'Broken off before its end, and not asked again: what stands above is not the whole answer'
    case 'open':
      return 'Answering'
    default:
      return 'Asking'
  }
}

/** Says who answers. */
export function authorWords(author: Author | undefined): string {
  if (!author) return 'Nobody has answered yet'
  return author.embedded ? `By ${author.name}: no language model is connected` : `By ${author.name}`
}
