/** A process that measures contenders on one kind of load: what it compiles is then for that load alone, as in use. */
import { measureEncoders } from '../encoding/encoders.ts'
import { answerCommands } from '../harness/commands.ts'
import { measureIterators } from '../iterating/measure-iterators.ts'
import { measureParsers } from '../parsing/measure-parsers.ts'

const commands = { parse: measureParsers, iterate: measureIterators, encode: measureEncoders }

/** What it can be asked. */
export type MeasurerCommands = typeof commands

answerCommands(commands)
