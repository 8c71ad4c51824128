import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Settling } from '../../src/core/settle.ts'

const WINDOW = { settle: 100, most: 1_000 }

describe('a path', () => {
  it('is given out when it has been quiet for the window, once', () => {
    const settling = new Settling(WINDOW)
    settling.touch('a', 0)
    expect(settling.next()).toBe(100)
    expect(settling.take(99, 10)).toEqual([])
    expect(settling.take(100, 10)).toEqual(['a'])
    expect(settling.take(1_000, 10)).toEqual([])
    expect(settling.next()).toBeUndefined()
  })

  it('waits anew after each change: the last save wins', () => {
    const settling = new Settling(WINDOW)
    for (const time of [0, 60, 120]) settling.touch('a', time)
    expect(settling.take(219, 10)).toEqual([])
    expect(settling.take(220, 10)).toEqual(['a'])
  })

  it('waits no longer than the longest wait, however often it changes', () => {
    const settling = new Settling(WINDOW)
    for (let time = 0; time < 1_000; time += 50) {
      settling.touch('a', time)
      expect(settling.take(time, 10)).toEqual([])
    }
    expect(settling.next()).toBe(1_000)
    expect(settling.take(1_000, 10)).toEqual(['a'])
  })

  it('that changed unnoticed goes on waiting, and not for ever', () => {
    const settling = new Settling(WINDOW)
    settling.touch('a', 0)
    for (let time = 100; time < 1_000; time += 100) expect(settling.take(time, 10, () => false)).toEqual([])
    expect(settling.take(1_000, 10, () => false)).toEqual(['a'])
  })

  it('that changes after it was given out waits again', () => {
    const settling = new Settling(WINDOW)
    settling.touch('a', 0)
    settling.take(100, 10)
    settling.touch('a', 150)
    expect(settling.take(249, 10)).toEqual([])
    expect(settling.take(250, 10)).toEqual(['a'])
  })
})

describe('many paths', () => {
  it('come in batches, those that wait longest first', () => {
    const settling = new Settling(WINDOW)
    for (const path of ['a', 'b', 'c', 'd']) settling.touch(path, 0)
    settling.touch('a', 10)
    expect(settling.take(200, 3)).toEqual(['b', 'c', 'd'])
    expect(settling.take(200, 3)).toEqual(['a'])
  })

  it('do not wait for one another', () => {
    const settling = new Settling(WINDOW)
    settling.touch('a', 0)
    settling.touch('b', 90)
    expect(settling.take(100, 10)).toEqual(['a'])
    expect(settling.next()).toBe(190)
  })
})

describe('somebody in a hurry', () => {
  it('gets what waits at once, and nothing that changes later', () => {
    const settling = new Settling(WINDOW)
    settling.touch('a', 0)
    settling.touch('b', 0)
    settling.hurry()
    settling.touch('c', 1)
    expect(settling.next()).toBe(Number.NEGATIVE_INFINITY)
    expect(settling.take(1, 1)).toEqual(['a'])
    expect(settling.hurried).toBe(true)
    expect(settling.take(1, 10)).toEqual(['b'])
    expect(settling.hurried).toBe(false)
    expect(settling.take(101, 10)).toEqual(['c'])
  })

  it('is not kept waiting by a path that changes on and on; its later change waits as usual', () => {
    const settling = new Settling(WINDOW)
    settling.touch('a', 0)
    settling.hurry()
    settling.touch('a', 5)
    expect(settling.take(5, 10)).toEqual(['a'])
    expect(settling.take(104, 10)).toEqual([])
    expect(settling.take(105, 10)).toEqual(['a'])
  })
})

it('gives out every change after it happened and within the longest wait, whatever happens when', () => {
  const step = record({ path: constantFrom('a', 'b', 'c'), pause: integer({ min: 0, max: 300 }), most: integer({ min: 1, max: 3 }) })
  assert(property(array(step, { maxLength: 60 }), (steps) => {
    const settling = new Settling(WINDOW)
    /** When each path changed that was not given out since: first and last. */
    const open = new Map<string, { first: number; last: number }>()
    const take = (now: number, most: number): void => {
      for (const path of settling.take(now, most)) {
        const { first, last } = open.get(path)!
        expect(now >= last + WINDOW.settle || now >= first + WINDOW.most).toBe(true)
        open.delete(path)
      }
    }
    let now = 0
    for (const { path, pause, most } of steps) {
      now += pause
      take(now, most)
      settling.touch(path, now)
      open.set(path, { first: open.get(path)?.first ?? now, last: now })
    }
    for (let next = settling.next(); next !== undefined; next = settling.next()) {
      now = Math.max(now, next)
      take(now, 1)
    }
    expect(open.size).toBe(0)
  }))
})
