import { parsingSuite } from '../parsing/parsing-suite.ts'

/** Parsers of text that somebody else has decoded. */
export const parseStrings = parsingSuite({
  title: 'Parsing text, beside eventsource-parser: eight kinds of streams in eight kinds of chunks',
  input: 'text',
  targets: { eachCell: 0.95, mean: 1.15, named: [], elsewhere: [] },
})
