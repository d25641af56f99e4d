import { interop } from './flows/interop.ts'
import { lab } from './flows/lab.ts'
import { live } from './flows/live.ts'
import { rooms } from './flows/rooms.ts'
import { tokens } from './flows/tokens.ts'
import type { MainFlow } from './main-flow.ts'

/** The main flow of every page. */
export const flows: readonly MainFlow[] = [live, tokens, rooms, lab, interop]
