import { expect, it } from 'vitest'
import { faster, median, quantile, type Result } from '../../bench/figures.ts'
import { type Form, inUnit, MEGABYTES, MICROS, MICROS_EACH, MILLIS, PERCENT, SECONDS } from '../../bench/report/form.ts'
import { cell, resultTable } from '../../bench/report/table.ts'

it.each([
  ['nothing', [], Number.NaN],
  ['one value', [4], 4],
  ['an odd number of them, unsorted', [9, 1, 5], 5],
  ['an even number of them', [10, 1, 2, 3], 2.5],
])('takes the middle of %s', (_, values, expected) => {
  expect(median(values)).toBe(expected)
})

it.each([
  [0, 1],
  [0.5, 51],
  [0.99, 100],
  [1, 100],
])('finds the quantile %d', (share, expected) => {
  expect(quantile(Array.from({ length: 100 }, (_, index) => 100 - index), share)).toBe(expected)
})

it('takes the faster of two ways by their middles', () => {
  expect(faster([1, 9, 9], [5, 5, 5])).toEqual([5, 5, 5])
  expect(faster([5, 5, 5], [5, 9, 1])).toEqual([5, 5, 5])
})

it.each<[name: string, form: Form, value: number, items: number, expected: number]>([
  ['µs each', MICROS_EACH, 0.02, 1_000, 20],
  ['µs', MICROS, 0.02, 1_000, 20_000],
  ['ms', MILLIS, 0.02, 1_000, 20],
  ['s', SECONDS, 0.02, 1_000, 0.02],
  ['MB', MEGABYTES, 120, 1_000, 120],
  ['%', PERCENT, 1.5, 1_000, 1.5],
])('gives a figure in %s', (_, form, value, items, expected) => {
  expect(inUnit(value, items, form)).toBeCloseTo(expected, 9)
})

it.each<[name: string, values: number[], expected: string]>([
  ['nothing', [], ''],
  ['one value', [0.02], '20.0'],
  ['several values', [0.03, 0.01, 0.02], '20.0 (10.0–30.0)'],
  ['thousands', [2, 3], '2,500.0 (2,000.0–3,000.0)'],
])('writes a cell of %s', (_, values, expected) => {
  expect(cell(values, 1_000, MICROS_EACH)).toBe(expected)
})

it('has one line a contender, all rounds of all processes, and no column that nobody has a figure for', () => {
  const results: Result[] = [
    { name: 'rowtree', items: 1_000, processes: [{ new: [0.02, 0.03], peak: 100 }, { new: [0.01], peak: 120 }] },
    { name: 'loop', items: 2_000, processes: [{ new: [0.04] }] },
  ]
  const columns = [
    { title: 'a row', figure: 'new', form: MICROS_EACH },
    { title: 'idle', figure: 'idle', form: PERCENT },
    { title: 'peak', figure: 'peak', form: MEGABYTES },
  ]
  expect(resultTable(results, columns)).toBe(
    [
      '| contender | a row, µs | peak, MB |',
      '| --- | --- | --- |',
      '| rowtree | 20.0 (10.0–30.0) | 110 (100–120) |',
      '| loop | 20.0 |  |',
    ].join('\n'),
  )
})
