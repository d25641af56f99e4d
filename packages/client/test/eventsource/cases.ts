import type { EngineName } from '../../../../scripts/testing/browsers.ts'

/** What the server answers to one request. */
export interface Answer {
  /** Default 200. */
  readonly status?: number
  /** Default `text/event-stream`; no header where it is empty. */
  readonly contentType?: string
  /** The body: text, or bytes as they are. */
  readonly chunks?: readonly (string | readonly number[])[]
  /** How it goes on behind the body. Default `'end'`. */
  readonly ending?: 'end' | 'cut'
  /** Whether another origin answers, where the request is redirected to. */
  readonly isRedirected?: boolean
}

/** A conversation of a source with a server, by the letter of the standard. */
export interface StandardCase {
  readonly title: string
  /** What the requests are answered in turn. All others are answered 204, which ends every source. */
  readonly answers: readonly Answer[]
  /** What is heard until the source is closed, one line for each event. */
  readonly heard: readonly string[]
  /** `Last-Event-ID` of each request, read as UTF-8; `null` where there is none. Default none in two requests. */
  readonly sentIds?: readonly (string | null)[]
  /** Engines whose own class does otherwise. */
  readonly nativeDiffersIn?: readonly EngineName[]
  /** Engines whose `fetch` does otherwise, and with it the class over it. */
  readonly fetchDiffersIn?: readonly EngineName[]
}

/** A stream that asks for a short wait, before anything else. */
const stream = (...chunks: readonly (string | readonly number[])[]): Answer => ({
  chunks: ['retry: 10\n', ...chunks],
})

/** How a stream begins that is followed by another one or the end. */
const opened = 'open 1'
const ended = 'error 0'
const closed = 'error 2'
/** What is heard where one stream brings these, and the next answer is 204. */
const once = (...lines: readonly string[]): readonly string[] => [opened, ...lines, ended, closed]

/** An answer that opens no stream. */
const final = (what: string, answer: Answer): StandardCase => ({
  title: `${what} is final`,
  answers: [answer],
  heard: [closed],
  sentIds: [null],
})

const byteOrderMark = [0xef, 0xbb, 0xbf]

/** Every rule of the standard that a page can see through the class, as a conversation. */
export const standardCases: readonly StandardCase[] = [
  // Decoding
  {
    title: 'malformed bytes become U+FFFD',
    answers: [stream('data: ', [0xff, 0xc3], '\n\n')],
    heard: once('message "\uFFFD\uFFFD"'),
  },
  {
    title: 'the text is UTF-8, whatever the charset says',
    answers: [{ ...stream('data: ok…\n\n'), contentType: 'text/event-stream;charset=windows-1252' }],
    heard: once('message "ok…"'),
    nativeDiffersIn: ['chromium'],
  },
  {
    title: 'a character may be cut by a chunk',
    answers: [stream('data: ', [0xf0, 0x9f], [0x98], [0x80], '\n\n')],
    heard: once('message "😀"'),
  },
  {
    title: 'a byte order mark is taken off',
    answers: [{ chunks: [byteOrderMark, 'data: 1\n\nretry: 10\n'] }],
    heard: once('message "1"'),
  },
  {
    title: 'a byte order mark may be cut by chunks',
    answers: [{ chunks: [[0xef], [0xbb], [0xbf], 'data: 1\n\nretry: 10\n'] }],
    heard: once('message "1"'),
    nativeDiffersIn: ['webkit'],
  },
  {
    title: 'a second byte order mark is part of a name',
    answers: [{ chunks: [byteOrderMark, byteOrderMark, 'data: 1\n\ndata: 2\n\nretry: 10\n'] }],
    heard: once('message "2"'),
  },
  {
    title: 'a byte order mark further on is part of a name',
    answers: [stream(byteOrderMark, 'data: 1\n\ndata: 2\n\n')],
    heard: once('message "2"'),
  },
  // Lines
  {
    title: 'lines end with CRLF, LF or CR',
    answers: [stream('data: 1\r\ndata: 2\ndata: 3\rdata: 4\r\n\r\n')],
    heard: once('message "1\\n2\\n3\\n4"'),
  },
  {
    title: 'CR CR LF LF ends three lines',
    answers: [stream('data: 1\r\r\n\ndata: 2\n\n')],
    heard: once('message "1"', 'message "2"'),
  },
  {
    title: 'no other character ends a line',
    answers: [stream('data: \u2028\u2029\u0085\v\f\n\n')],
    heard: once(`message ${JSON.stringify('\u2028\u2029\u0085\v\f')}`),
  },
  {
    title: 'NUL is data',
    answers: [stream('data: 1\0\n\n')],
    heard: once('message "1\\u0000"'),
    nativeDiffersIn: ['firefox'],
  },
  // Fields
  {
    title: 'a line that begins with a colon is a comment',
    answers: [stream(':data: 1\n: 2\n:\ndata: 3\n\n:\n\n')],
    heard: once('message "3"'),
  },
  {
    title: 'one space behind the colon is taken off, and nothing else',
    answers: [stream('data:1\ndata:  2\ndata:\t3\ndata: 4: 5 \n\n')],
    heard: once('message "1\\n 2\\n\\t3\\n4: 5 "'),
  },
  {
    title: 'names are taken literally',
    answers: [stream('Data: 1\n data: 2\ndata : 3\ndatax: 4\nda-ta: 5\n\ndata: 6\n\n')],
    heard: once('message "6"'),
  },
  {
    title: 'a data field without a value is an event',
    answers: [stream('data\n\ndata\ndata\n\ndata:\n\n')],
    heard: once('message ""', 'message "\\n"', 'message ""'),
  },
  {
    title: 'an empty event field resets the type',
    answers: [stream('event: tick\nevent:\ndata: 1\n\nevent: tick\ndata: 2\n\ndata: 3\n\n')],
    heard: once('message "1"', 'tick "2"', 'message "3"'),
  },
  {
    title: 'a block without data is no event, and its type is forgotten',
    answers: [stream('event: tick\n\ndata: 1\n\n')],
    heard: once('message "1"'),
  },
  {
    title: 'any type is a type',
    answers: [stream('event: __proto__\ndata: 1\n\nevent: constructor\ndata: 2\n\n')],
    heard: once('__proto__ "1"', 'constructor "2"'),
  },
  {
    title: 'open and error may come from the server, as messages',
    answers: [stream('event: open\ndata: 1\n\nevent: error\ndata: 2\n\n')],
    heard: once('open "1"', 'error "2"'),
  },
  // The last event ID
  {
    title: 'an id counts from its event on, until another one comes',
    answers: [stream('id: 1\ndata: 1\n\ndata: 2\n\nid: 2\ndata: 3\n\n')],
    heard: once('message "1" #1', 'message "2" #1', 'message "3" #2'),
    sentIds: [null, '2'],
  },
  {
    title: 'an empty id resets it, and is not sent',
    answers: [stream('id: 1\ndata: 1\n\nid\ndata: 2\n\n')],
    heard: once('message "1" #1', 'message "2"'),
  },
  {
    title: 'an id with NUL is ignored',
    answers: [stream('id: 1\ndata: 1\n\nid: 2\0\ndata: 2\n\n')],
    heard: once('message "1" #1', 'message "2" #1'),
    sentIds: [null, '1'],
    nativeDiffersIn: ['firefox'],
  },
  {
    title: 'an id is sent as UTF-8',
    answers: [stream('id: …é\ndata: 1\n\n')],
    heard: once('message "1" #…é'),
    sentIds: [null, '…é'],
    // It sends each byte of a header as if that were a character.
    fetchDiffersIn: ['webkit'],
  },
  {
    title: 'an id outlives streams that bring none',
    answers: [stream('id: 1\ndata: 1\n\n'), stream('data: 2\n\n')],
    heard: [opened, 'message "1" #1', ended, opened, 'message "2" #1', ended, closed],
    sentIds: [null, '1', '1'],
  },
  {
    title: 'a named event that nobody listens to keeps its id',
    answers: [stream('event: unheard\nid: 1\ndata: 1\n\n')],
    heard: once(),
    sentIds: [null, '1'],
  },
  {
    title: 'a block of an id alone keeps it',
    answers: [stream('id: 1\n\n')],
    heard: once(),
    sentIds: [null, '1'],
    nativeDiffersIn: ['firefox', 'webkit'],
  },
  // The end
  {
    title: 'the end of the body discards an unfinished block, its id included',
    answers: [stream('id: 1\ndata: 1\n\nid: 2\ndata: lost\n'), stream('data: 2\n\n')],
    heard: [opened, 'message "1" #1', ended, opened, 'message "2" #1', ended, closed],
    sentIds: [null, '1', '1'],
  },
  {
    title: 'the end of the body discards an unfinished line',
    answers: [stream('data: 1\n\ndata: lost')],
    heard: once('message "1"'),
  },
  {
    title: 'a stream that breaks off is asked for again',
    // What comes right before a cut may be lost with it, so it is nothing that counts.
    answers: [stream('id: 1\ndata: 1\n\n'), { chunks: [':\n'], ending: 'cut' }, stream('data: 2\n\n')],
    heard: [opened, 'message "1" #1', ended, opened, ended, opened, 'message "2" #1', ended, closed],
    sentIds: [null, '1', '1', '1'],
  },
  {
    title: 'a reconnection time takes effect at once, and outlives the streams after it',
    answers: [stream('retry: 100000x\nretry: -1\nretry:\nretry\nretry: 020\n'), { chunks: ['data: 1\n\n'] }],
    heard: [opened, ended, opened, 'message "1"', ended, closed],
    sentIds: [null, null, null],
  },
  // Responses that open no stream
  ...[201, 206, 400, 401, 404, 429, 500, 503].map((status) =>
    final(`status ${status}`, { status, chunks: ['data: 1\n\n'] }),
  ),
  ...[204, 205].map((status) => final(`status ${status}`, { status })),
  ...['text/plain', 'text/event-streamx', 'x bogus', 'application/json', ''].map((contentType) =>
    final(`type ${contentType || 'unknown'}`, { contentType, chunks: ['data: 1\n\n'] }),
  ),
  {
    title: 'another type is final also for a stream that was open before',
    answers: [stream('data: 1\n\n'), { contentType: 'text/html', chunks: ['data: 2\n\n'] }],
    heard: once('message "1"'),
  },
  ...['text/event-stream;', 'Text/Event-Stream', 'text/event-stream; charset=utf-8; foo=bar'].map(
    (contentType): StandardCase => ({
      title: `type ${contentType} opens a stream`,
      answers: [{ ...stream('data: 1\n\n'), contentType }],
      heard: once('message "1"'),
    }),
  ),
  {
    title:
      'a redirect is followed, events name where they came from, and a reconnect begins with the first URL',
    answers: [{ ...stream('data: 1\n\n'), isRedirected: true }, stream('data: 2\n\n')],
    heard: [opened, 'message "1" from elsewhere', ended, opened, 'message "2"', ended, closed],
    sentIds: [null, null, null],
    // It goes on where it was redirected to.
    nativeDiffersIn: ['chromium'],
  },
]
