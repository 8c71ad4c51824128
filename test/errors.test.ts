import { expect, it } from 'vitest'
import { errnoOf } from '../src/errors.ts'

it.each([
  ['a code', Object.assign(new Error('?'), { code: 'EIO' }), 'EIO'],
  ['a number', Object.assign(new Error('?'), { errno: -122 }), 'EDQUOT'],
  ['what Deno says at the end', new Error('Input/output error (os error 5)'), 'EIO'],
  ['what Deno says before the path', new Error("Interrupted system call (os error 4): lstat '/srv/tree/a.html'"), 'EINTR'],
  ['a path that only looks like it', new Error("Cannot read '/srv/(os error 5)"), undefined],
])('errnoOf reads %s', (_, error, errno) => {
  expect(errnoOf(error)).toBe(errno)
})
