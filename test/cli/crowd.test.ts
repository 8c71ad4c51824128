import { expect, it, vi } from 'vitest'
import { Crowd, type Rest } from '../../src/cli/crowd.ts'

const HELD = { event: 'held', code: 'mass-deletion' } as const

function told(): { crowd: Crowd; rests: Rest[]; admitted(count: number): number } {
  const rests: Rest[] = []
  const crowd = new Crowd((rest) => rests.push(rest))
  return { crowd, rests, admitted: (count) => Array.from({ length: count }, () => crowd.admits(HELD)).filter(Boolean).length }
}

it('tells the first of a kind, and counts the others when another kind comes', () => {
  const { crowd, rests, admitted } = told()
  expect(admitted(50)).toBe(5)
  expect(rests).toEqual([])
  expect(crowd.admits({ event: 'imported' })).toBe(true)
  expect(rests).toEqual([{ kind: 'held mass-deletion', more: 45 }])
  expect(admitted(5)).toBe(5)
  crowd.end()
  expect(rests).toHaveLength(1)
})

it('never holds back what was done', () => {
  const { crowd } = told()
  expect(Array.from({ length: 50 }, () => crowd.admits({ event: 'imported' })).every(Boolean)).toBe(true)
})

it('counts after a pause, and begins anew', () => {
  vi.useFakeTimers()
  try {
    const { rests, admitted } = told()
    admitted(6)
    vi.advanceTimersByTime(999)
    admitted(1)
    vi.advanceTimersByTime(1_000)
    expect(rests).toEqual([{ kind: 'held mass-deletion', more: 2 }])
    expect(admitted(6)).toBe(5)
  } finally {
    vi.useRealTimers()
  }
})
