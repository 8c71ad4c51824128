import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Limit, readDuration, readLimit, readSize } from '../../src/core/quantity.ts'

describe('a limit', () => {
  test.each<[string, Limit | undefined]>([
    ['25%', { share: 0.25 }],
    ['12.5 %', { share: 0.125 }],
    ['0%', { share: 0 }],
    ['100%', { share: 1 }],
    ['100.0%', { share: 1 }],
    ['100.01%', undefined],
    ['0', { count: 0 }],
    ['1000', { count: 1000 }],
    ['1.5', undefined],
    ['-1', undefined],
    ['-1%', undefined],
    ['%', undefined],
    ['.5%', undefined],
    ['1e2', undefined],
    ['25 percent', undefined],
    ['25%%', undefined],
    [' 25%', undefined],
    ['25%\n', undefined],
    ['', undefined],
    ['9007199254740992', undefined],
    ['9'.repeat(400), undefined],
    [`${'9'.repeat(400)}%`, undefined],
  ])('%j', (text, limit) => {
    expect(readLimit(text)).toEqual(limit)
  })
})

describe('a size', () => {
  test.each<[string, number | undefined]>([
    ['8MB', 8_388_608],
    ['8 MB', 8_388_608],
    ['8MiB', 8_388_608],
    ['8mib', 8_388_608],
    ['512kb', 524_288],
    ['1GB', 1_073_741_824],
    ['1.5KB', 1536],
    ['0.0001KB', 0],
    ['0', 0],
    ['123456', 123_456],
    ['1.5', undefined],
    ['8', 8],
    ['8B', undefined],
    ['8M', undefined],
    ['MB', undefined],
    ['-8MB', undefined],
    ['8MBit', undefined],
    ['8  MB', undefined],
    ['9007199254740991', 9_007_199_254_740_991],
    ['8388608GB', undefined],
    ['Infinity', undefined],
    ['NaN', undefined],
  ])('%j', (text, bytes) => {
    expect(readSize(text)).toBe(bytes)
  })
})

describe('a duration', () => {
  test.each<[string, number | undefined]>([
    ['100ms', 100],
    ['1 ms', 1],
    ['0.5ms', 0],
    ['1.5ms', 1],
    ['90s', 90_000],
    ['10m', 600_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['1.5h', 5_400_000],
    ['0d', 0],
    ['0.0001s', 0],
    ['30', undefined],
    ['30D', undefined],
    ['30MS', undefined],
    ['30Ms', undefined],
    ['30m s', undefined],
    ['30sm', undefined],
    ['30 days', undefined],
    ['1h30m', undefined],
    ['-1d', undefined],
    ['P30D', undefined],
    ['', undefined],
  ])('%j', (text, milliseconds) => {
    expect(readDuration(text)).toBe(milliseconds)
  })
})

const isWhole = (number: number): boolean => Number.isSafeInteger(number) && number >= 0
const isLimit = (limit: Limit): boolean => ('share' in limit ? limit.share >= 0 && limit.share <= 1 : isWhole(limit.count))

test('what is read is in range, whatever the text', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,20}(\.\d{1,9})? ?([KMG]i?B|ms|[smhdw]|%)?$/))
  fc.assert(fc.property(text, (value) => {
    const fine = isWhole(readSize(value) ?? 0) && isWhole(readDuration(value) ?? 0) && isLimit(readLimit(value) ?? { count: 0 })
    expect(fine).toBe(true)
  }))
})
