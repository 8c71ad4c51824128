import { describe, expect, it } from 'vitest'
import { addressOf } from '../../../src/store/mysql/address.ts'

const PLAIN = { host: 'localhost', port: 3306, socket: undefined, user: 'me', password: '', database: 'board' }

describe('the address in a URL', () => {
  it.each([
    ['mysql://me@localhost/board', PLAIN],
    ['mariadb://me@localhost/board', PLAIN],
    ['MySQL://me:secret@db.example.org:3307/board', { ...PLAIN, host: 'db.example.org', port: 3307, password: 'secret' }],
    ['mysql://a%40b:p%3A%2F%3F%40%25@localhost/my%20board', { ...PLAIN, user: 'a@b', password: 'p:/?@%', database: 'my board' }],
    ['mysql://me@[::1]:3306/board', { ...PLAIN, host: '::1' }],
    ['mysql://me@localhost/board?socket=/run/mysqld/mysqld.sock', { ...PLAIN, socket: '/run/mysqld/mysqld.sock' }],
  ])('%s', (url, expected) => {
    expect(addressOf(url)).toEqual(expected)
  })

  it.each([
    ['mysql://me:hunter2@localhost', 'it names no database'],
    ['mysql://localhost/board', 'it names no user'],
    ['mysql://me:hunter2@localhost/board?charset=latin1', 'it has the unknown parameter "charset"'],
    ['mysql://me:hunter2%zz@localhost/board', 'a "%" in it'],
    ['mysql://me:hun/ter2@host:x/board', 'it is not a valid URL'],
    ['mysql:///board?socket=%2Frun%2Fmy.sock', 'it names no user'],
    ['mysql://me@/board?socket=/run/mysqld/mysqld.sock', 'it is not a valid URL'],
    ['postgres://me:hunter2@localhost/board', 'it does not begin with'],
  ])('%s is refused without its password', (url, state) => {
    expect(() => addressOf(url)).toThrow(state)
    expect(() => addressOf(url)).not.toThrow(/hunter2|ter2/)
  })
})
