import { expect, test } from 'vitest'
import { countTests } from './test-counts.ts'

const passed = { status: 'passed' }
const failed = { status: 'failed' }

test('adds up the tests of every file', () => {
  const report = {
    testResults: [
      { status: 'passed', assertionResults: [passed, { status: 'pending' }, { status: 'todo' }] },
      { status: 'failed', assertionResults: [passed, failed, failed] },
    ],
  }
  expect(countTests(report)).toEqual({ passed: 2, failed: 2, skipped: 2 })
})

test('counts a file that failed before its tests as one failure', () => {
  expect(countTests({ testResults: [{ status: 'failed', assertionResults: [] }] })).toMatchObject({
    failed: 1,
  })
})

test('counts a file whose tests passed and whose hook failed as one failure', () => {
  const report = { testResults: [{ status: 'failed', assertionResults: [passed] }] }
  expect(countTests(report)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

test('counts nothing in an empty report', () => {
  expect(countTests({ testResults: [] })).toEqual({ passed: 0, failed: 0, skipped: 0 })
})
