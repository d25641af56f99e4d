import { defineFold } from '@millrace/react'
import { presence } from '../lib/streams.ts'
import { hearReaders, type Presence } from './readers.ts'

const nobody: Presence = {}

/** Who reads what: one fold, however many components show a part of it. */
export const presenceFold = defineFold(presence, { initialValue: nobody, reducer: hearReaders })

/** Where it comes from. */
export const PRESENCE_URL = '/api/rooms'
