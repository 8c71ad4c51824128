import { expect, it } from 'vitest'
import { isLoopback } from '../../src/store/loopback.ts'

it.each([
  ['/run/mysqld/mysqld.sock', true],
  ['localhost', true],
  ['::1', true],
  ['127.0.0.1', true],
  ['127.3.2.1', true],
  ['127.0.0.1.example.org', false],
  ['127.example.org', false],
  ['localhost.example.org', false],
  ['10.0.0.1', false],
  ['::10', false],
])('what is sent to %s stays on this machine: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})
