import { defineStream } from '@millrace/next'
import type { Payload } from '../../contenders/contender.ts'

/** What both routes send. */
export const events = defineStream<{ event: Payload }>('events')
