import { expect, test } from 'vitest'
import { addMessage, type Message, SHOWN_MESSAGES } from '../rooms/message.ts'
import { createRate } from '../rooms/rate.ts'
import { readForm } from '../rooms/read-form.ts'
import { hearReaders, type Presence, presenceWords, type Readers } from '../rooms/readers.ts'

const id = '0a1b2c3d-0000-4000-8000-000000000000'
const filled = { room: 'lobby', id, name: 'Ada', text: 'hello' }

function form(fields: Readonly<Record<string, string>>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries({ ...filled, ...fields })) data.set(name, value)
  return data
}

test('takes a form as it was filled in', () => {
  expect(readForm(form({}))).toEqual(filled)
  expect(readForm(form({ text: ' two\n\tlines \u202e👩‍🚀 ' }))).toMatchObject({ text: 'two lines 👩‍🚀' })
})

test.for<[string, Record<string, string>, string]>([
  ['another room', { room: 'cellar' }, 'no such room'],
  ['an id that cannot be one', { id: 'a b' }, 'out of date'],
  ['no name', { name: ' \u0000 ' }, 'name is empty'],
  ['a long name', { name: 'n'.repeat(25) }, '24 characters'],
  ['no text', { text: '\n' }, 'message is empty'],
  ['a long text', { text: 't'.repeat(501) }, '500 characters at the most; this one has 501'],
])('refuses %s', ([, fields, expected]) => {
  expect(readForm(form(fields))).toContain(expected)
})

test('refuses a file, and a form with nothing in it', () => {
  const data = form({})
  data.set('text', new File(['hello'], 'hello.txt'))
  expect(readForm(data)).toContain('message is empty')
  expect(readForm(new FormData())).toContain('no such room')
})

test('shows the newest messages of a room, and lets go of the others', () => {
  const said = Array.from({ length: SHOWN_MESSAGES + 5 }, (_, n) => ({
    data: { ...filled, id: `${n}`, atMs: n },
  }))
  const shown = said.reduce(addMessage, [] as readonly Message[])
  expect(shown).toHaveLength(SHOWN_MESSAGES)
  expect([shown[0]?.id, shown.at(-1)?.id]).toEqual(['5', '104'])
})

test('lets a burst through, then so many a second, to each their own', () => {
  let nowMs = 0
  const rate = createRate({ burst: 3, perSecond: 2, maxNames: 2, nowMs: () => nowMs })
  const take = (name: string, times: number): number =>
    Array.from({ length: times }, () => rate.take(name)).filter(Boolean).length
  expect(take('ada', 5)).toBe(3)
  expect(take('bob', 1)).toBe(1)
  nowMs = 1000
  expect(take('ada', 5)).toBe(2)
  nowMs = 60_000
  expect(take('ada', 5)).toBe(3)
})

test('remembers so many names, and lets go of the one that was longest silent', () => {
  const rate = createRate({ burst: 1, perSecond: 0, maxNames: 2, nowMs: () => 0 })
  expect(['a', 'b', 'a', 'c', 'a'].map((name) => rate.take(name))).toEqual([true, true, false, true, true])
})

const told = (instance: string, lobby: number, atMs = 0): { data: Readers } => ({
  data: { instance, atMs, rooms: lobby === 0 ? {} : { lobby } },
})

test.for<[readonly { data: Readers }[], string]>([
  [[], 'Nobody here'],
  [[told('', 1)], '1 reader'],
  [[told('', 1), told('', 3)], '3 readers'],
  [[told('1', 2), told('2', 1)], '3 readers: 2 on instance 1, 1 on instance 2'],
  [[told('1', 2), told('2', 0)], '2 readers: 2 on instance 1'],
  [[told('1', 2), told('2', 1, 11_000)], '3 readers: 2 on instance 1, 1 on instance 2'],
  [[told('1', 2), told('2', 1, 12_000)], '1 reader: 1 on instance 2'],
])('says who reads a room, after %j: %s', ([all, expected]) => {
  const nobody: Presence = {}
  expect(presenceWords(all.reduce(hearReaders, nobody), 'lobby')).toBe(expected)
})
