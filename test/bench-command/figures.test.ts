import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latencyOf, median, percentile, ratiosOf, workOf } from '../../src/bench/figures.ts'
import { sampleReport } from './samples.ts'

describe('the median of', () => {
  it.each<[values: number[], expected: number]>([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[10, 9, 100], 10],
    [[], Number.NaN],
  ])('%j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

describe('the percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  it.each<[share: number, values: number[], expected: number]>([
    [0.5, hundred, 50],
    [0.95, hundred, 95],
    [0.99, hundred, 99],
    [0.07, hundred, 7],
    [1, hundred, 100],
    [0.99, [5, 1], 5],
    [0.5, [5, 1], 1],
    [0.5, [], Number.NaN],
  ])('%d of %j is %d', (share, values, expected) => {
    expect(percentile(values, share)).toBe(expected)
  })

  it('is one of the values, which so many do not pass', () => {
    const shares = fc.double({ min: 0.001, max: 1, noNaN: true })
    fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), shares, (values, share) => {
      const found = percentile(values, share)
      expect(values).toContain(found)
      expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(Math.floor(share * values.length))
      expect(values.filter((value) => value < found).length).toBeLessThanOrEqual(Math.ceil(share * values.length))
    }))
  })

  it('grows with its share, and the least and the most hold it', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 }), (samples) => {
      const { p50, p95, p99 } = latencyOf(samples)
      expect(p50).toBeLessThanOrEqual(p95)
      expect(p95).toBeLessThanOrEqual(p99)
      expect(p99).toBeLessThanOrEqual(Math.max(...samples) * 1.00001)
    }))
  })
})

describe('work', () => {
  it('is told by the median of its rounds, and by what was computed at the least', () => {
    const rounds = [{ wall: 0.5, cpu: 0.9 }, { wall: 0.2, cpu: 0.3 }, { wall: 0.1, cpu: 0.4 }]
    expect(workOf('export', rounds, 1_000, 2_000)).toEqual({ name: 'export', items: 1_000, seconds: [0.5, 0.2, 0.1], median: 0.2, cpu: 0.3, rowsPerSecond: 5_000, bytesPerSecond: 10_000_000 })
  })
})

describe('ratios', () => {
  it('compare an item with an item, round by round', () => {
    expect(sampleReport().ratios).toEqual([
      { name: 'speedup', value: 1.5, better: 'higher' },
      { name: 'unchanged', value: 7.5, better: 'higher' },
      { name: 'import', value: 0.375, better: 'higher' },
      { name: 'flushed', value: 4, better: 'higher' },
      { name: 'effort', value: 1, better: 'lower' },
      { name: 'latency', value: 1.3, better: 'lower' },
    ])
  })

  it('do not change with the speed of the machine', () => {
    const { work } = sampleReport()
    fc.assert(fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (times) => {
      const slower = work.map(({ name, items, seconds }) => workOf(name, seconds.map((wall) => ({ wall: wall * times, cpu: wall * 1.5 * times })), items, 2_048))
      for (const [index, { value }] of ratiosOf(slower, undefined, 100).entries()) expect(value).toBeCloseTo(ratiosOf(work, undefined, 100)[index]!.value, 3)
    }))
  })

  it.each<[title: string, latency: boolean, settle: number]>([['without saves', false, 100], ['without a settle window', true, 0]])('tell nothing of latency %s', (_, has, settle) => {
    const { work, latency } = sampleReport()
    expect(ratiosOf(work, has ? latency : undefined, settle).map(({ name }) => name)).not.toContain('latency')
  })

  it('are left out where work is', () => {
    expect(ratiosOf([], undefined, 100)).toEqual([])
  })
})
