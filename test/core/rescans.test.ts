import { describe, expect, it } from 'vitest'
import { backoff } from '../../src/core/backoff.ts'
import { RescanSchedule } from '../../src/core/rescans.ts'

describe('a rescan is due', () => {
  it('by the clock, counted from the last one', () => {
    const schedule = new RescanSchedule<'burst'>(60_000, 0)
    expect(schedule.due(59_999)).toBeUndefined()
    expect(schedule.due(60_000)).toBe('timer')
    expect(schedule.due(60_001)).toBeUndefined()
    expect(schedule.next()).toBe(120_000)
  })

  it('soon after something suspicious, when that is over', () => {
    const schedule = new RescanSchedule<'burst' | 'new-directory'>(60_000, 0)
    schedule.suspect('burst', 1_000)
    schedule.suspect('new-directory', 1_200)
    expect(schedule.due(1_499)).toBeUndefined()
    expect(schedule.due(1_500)).toBe('burst')
    expect(schedule.due(1_600)).toBeUndefined()
    expect(schedule.next()).toBe(61_500)
  })

  it('amid a burst that does not end', () => {
    const schedule = new RescanSchedule<'burst'>(60_000, 0)
    for (let now = 0; now < 2_000; now += 100) {
      schedule.suspect('burst', now)
      expect(schedule.due(now)).toBeUndefined()
    }
    expect(schedule.due(2_000)).toBe('burst')
  })

  it('never by the clock, where there is no interval', () => {
    const schedule = new RescanSchedule<'burst'>(Number.POSITIVE_INFINITY, 0)
    expect(schedule.due(1e12)).toBeUndefined()
    schedule.suspect('burst', 1e12)
    expect(schedule.due(1e12 + 300)).toBe('burst')
  })
})

it.each([
  [1, 250],
  [2, 500],
  [3, 1_000],
  [6, 8_000],
  [7, 15_000],
  [1_000_000, 15_000],
])('after %i failures the next attempt waits %i ms', (failures, wait) => {
  expect(backoff(failures)).toBe(wait)
})
