/** The page that measures parsers in a browser. */
import { measureParsers } from '../parsing/measure-parsers.ts'

const commands = { measureParsers }

/** What it can be asked. */
export type ParsePage = typeof commands

Object.assign(globalThis, commands)
