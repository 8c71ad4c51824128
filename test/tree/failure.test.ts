import { expect, it } from 'vitest'
import { asSystemError } from '../../src/tree/failure.ts'
import { RowtreeError } from '../../src/errors.ts'

it.each([
  ['a full disk', Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', path: '/srv/a' }), 'disk-full', 'Cannot finish at /srv/a: the disk is full; make room and run it again'],
  ['anything else', Object.assign(new Error('ENOTEMPTY: directory not empty'), { code: 'ENOTEMPTY' }), 'io-error', 'Cannot finish: ENOTEMPTY: directory not empty; mend that and run it again'],
])('what the system refused has a remedy: %s', (_, error, code, message) => {
  expect(asSystemError(error)).toMatchObject({ code, message, cause: error })
})

it.each([
  ['a fault of ours', new TypeError('x is not a function')],
  ["a runtime's", Object.assign(new Error('invalid'), { code: 'ERR_INVALID_ARG_TYPE' })],
  ["PostgreSQL's", Object.assign(new Error('syntax error'), { code: '42601' })],
  ["MariaDB's", Object.assign(new Error('syntax error'), { code: 'ER_PARSE_ERROR' })],
  ['an error of rowtree', new RowtreeError('locked', 'Cannot lock it: it is held; wait')],
  ['no error at all', 'text'],
])('what it did not refuse stays what it is: %s', (_, error) => {
  expect(asSystemError(error)).toBe(error)
})
