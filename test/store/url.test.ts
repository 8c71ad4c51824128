import { assert, constantFrom, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { redactUrl } from '../../src/store/url.ts'

test.each([
  ['sqlite:board.db', 'sqlite:board.db'],
  ['sqlite:C:/boards/board.db', 'sqlite:C:/boards/board.db'],
  ['mysql://host/board', 'mysql://host/board'],
  ['mysql://me@host/board', 'mysql://me@host/board'],
  ['mysql://host:3306/board?socket=/run/my.sock', 'mysql://host:3306/board?socket=/run/my.sock'],
  ['postgres://host:5432', 'postgres://host:5432'],
  ['postgres://me@[::1]:5432/board', 'postgres://me@[::1]:5432/board'],
  ['mysql://:p:q@host', 'mysql://:***@host'],
  ['MYSQL://me:p@ss:w/o?r#d@host:3306/board?x=1', 'MYSQL://me:***@host:3306/board?x=1'],
  ['mariadb://m%40e:p%40ss@host', 'mariadb://m%40e:***@host'],
  ['mysql:me:p@host', 'mysql:me:***@host'],
  ['mysql://me:p\nq@host', 'mysql://me:***@host'],
  // The host is missing.
  ['postgres://me:hunter2', 'postgres://me:***'],
  ['mysql:/me:hunter2@host/board', 'mysql:/me:***@host/board'],
  ['mysql:me:hunter2@host/board', 'mysql:me:***@host/board'],
  ['mysql:///me:hunter2@host/board', 'mysql:///me:***@host/board'],
  ['postgres://me:hunter2/board', 'postgres://me:***'],
  ['postgres://me:1234567/board', 'postgres://me:***'],
  ['postgres://host/board?user=me&password=p#ss&sslmode=on', 'postgres://host/board?user=me&password=***&sslmode=on'],
  ['postgres://host/board?p%61ssword=hunter2', 'postgres://host/board?p%61ssword=***'],
  ['postgres://host/board?sslpassword=a%26b&PASSWD=c', 'postgres://host/board?sslpassword=***&PASSWD=***'],
  ['mysql://host/board;password=p;x=1', 'mysql://host/board;password=***;x=1'],
  ['mysql://host/board#pwd=p', 'mysql://host/board#pwd=***'],
  ['mysql://me:a@host/board?password=b', 'mysql://me:***@host/board?password=***'],
])('%s', (url, redacted) => {
  expect(redactUrl(url)).toBe(redacted)
})

test('a password is never in what is left, however odd it is', () => {
  const shape = constantFrom(
    (password: string) => `mysql://me:${password}@host/board`,
    (password: string) => `postgres://me:${encodeURIComponent(password)}@host:5432/board?a=b`,
    (password: string) => `postgres://:${password}@/board`,
    (password: string) => `mysql://host/board?user=me&password=${encodeURIComponent(password)}`,
  )
  assert(
    property(string({ minLength: 1, maxLength: 20 }), shape, (tail, make) => {
      const password = `hunter2${tail}`.toWellFormed()
      expect(redactUrl(make(password))).not.toContain('hunter2')
    }),
    { numRuns: 500 },
  )
})
