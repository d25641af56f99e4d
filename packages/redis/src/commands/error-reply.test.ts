import { expect, test } from 'vitest'
import { errorReplyCode, isPassing } from './error-reply.ts'

const inScriptOfRedis6 = (error: string) =>
  `ERR Error running script (call to f_636f2f4f72ae9651efe77b4f441fe7ff1e57e69e): @user_script:44: @user_script: 44: ${error}`

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM'],
  ["READONLY You can't write against a read only replica. script: 636f, on @user_script:9.", 'READONLY'],
  [inScriptOfRedis6("-READONLY You can't write against a read only replica."), 'READONLY'],
  [inScriptOfRedis6("-OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
  [inScriptOfRedis6('attempt to index a nil value'), 'ERR'],
  ['Socket closed unexpectedly', undefined],
  ['Connection is closed.', undefined],
])('of %j the code is %s', (message, code) => {
  expect(errorReplyCode(new Error(message))).toBe(code)
})

test('errors of the platform have no code of a reply', () => {
  const error = Object.assign(new Error('ECONNRESET while reading'), { code: 'ECONNRESET' })
  expect(errorReplyCode(error)).toBeUndefined()
  expect(errorReplyCode('OOM command not allowed')).toBeUndefined()
})

test('a server that is about to take writes is worth another attempt, and one that refuses is not', () => {
  expect(['LOADING', 'READONLY', 'NOREPLICAS', 'CLUSTERDOWN', 'TRYAGAIN'].filter(isPassing)).toHaveLength(5)
  expect(['OOM', 'NOPERM', 'NOAUTH', 'WRONGTYPE', 'MISCONF', 'ERR'].filter(isPassing)).toEqual([])
})
