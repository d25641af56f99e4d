import { defineStream } from '@millrace/next'
import type { Reading } from './reading.ts'

/** This machine's measurements, several times a second. */
export const host = defineStream<{ reading: Reading }>('host')
