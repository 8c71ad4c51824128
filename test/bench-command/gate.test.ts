import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SLOWDOWN } from '../../bench/slowdown.ts'

it('the line before which the writer is slowed down stands there once', () => {
  expect(readFileSync(new URL(`../../${SLOWDOWN.file}`, import.meta.url), 'utf8').split(SLOWDOWN.before)).toHaveLength(2)
})
