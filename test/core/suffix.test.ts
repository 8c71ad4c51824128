import { expect, test } from 'vitest'
import { isTempSuffix } from '../../src/core/suffix.ts'

test.each([
  ['.tmp', true],
  ['.T', true],
  ['.rowtree.tmp', true],
  ['..a', true],
  ['.a234567890123-x', true],
  ['.a2345678901234-x', false],
  ['', false],
  ['.', false],
  ['tmp', false],
  ['.a.', false],
  ['.a/b', false],
  ['.a b', false],
  ['.ä', false],
  ['.tmp\n', false],
])('%j: %s', (suffix, fits) => {
  expect(isTempSuffix(suffix)).toBe(fits)
})
