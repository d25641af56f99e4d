import { defineStream } from '@millrace/next'
import type { Tick } from '../lab/tick.ts'
import type { Message } from '../rooms/message.ts'
import type { Readers } from '../rooms/readers.ts'
import type { Reading } from './reading.ts'

/** This machine's measurements, several times a second. */
export const host = defineStream<{ reading: Reading }>('host')

/** What is said, in a channel for each room. */
export const rooms = defineStream<{ message: Message }, { id: string }>('rooms')

/** How many read each room, as each instance sees it. */
export const presence = defineStream<{ readers: Readers }>('presence')

/** Numbered events, in a lab for each visitor. */
export const ticks = defineStream<{ tick: Tick }>('ticks')
