import { expect, test } from 'vitest'
import { sizeReport } from './size-report.ts'

const parser = { name: 'parser', code: '', bytes: 2400 }
const client = { name: 'client', code: '', bytes: 5000 }

test('shows each size beside its budget', () => {
  const { table, problems } = sizeReport(
    [
      { ...parser, size: 2400 },
      { ...client, size: 1234 },
    ],
    { notBuiltYet: [] },
  )
  expect(problems).toEqual([])
  expect(table).toBe(
    [
      'part       size   budget  share', //
      'parser  2.40 kB  2.40 kB  100 %',
      'client  1.23 kB  5.00 kB   25 %',
    ].join('\n'),
  )
})

test('names the part that is one byte over its budget', () => {
  const { problems } = sizeReport([{ ...parser, size: 2401 }], { notBuiltYet: [] })
  expect(problems).toEqual([expect.stringContaining('parser: 2401 bytes are 1 over the budget of 2400')])
})

test('lets a part be missing only while it is listed as not built yet', () => {
  const missing = [{ ...client, size: undefined }]
  expect(sizeReport(missing, { notBuiltYet: ['client'] }).problems).toEqual([])
  expect(sizeReport(missing, { notBuiltYet: ['client'] }).table).toContain('not built yet')
  expect(sizeReport(missing, { notBuiltYet: [] }).problems).toEqual(['client: its export does not exist.'])
})
