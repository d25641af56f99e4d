import type { ConnectionStatus } from '@millrace/react'

/** Says in plain words how the connection is. */
export function statusWords(status: ConnectionStatus, wasOpen: boolean): string {
  switch (status) {
    case 'open':
      return 'Connected'
    case 'idle':
    case 'connecting':
    case 'waiting':
      return wasOpen ? 'Cut off, coming back' : 'Connecting'
    case 'paused':
      return 'Paused'
    case 'done':
      return 'The stream has ended'
    case 'failed':
      return 'Stopped by an error'
    case 'closed':
      return 'Closed'
  }
}
