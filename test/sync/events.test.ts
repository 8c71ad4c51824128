import { expect, it } from 'vitest'
import { EventQueue } from '../../src/sync/events.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

async function readAll<T>(queue: EventQueue<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of queue) all.push(event)
  return all
}

it('keeps what was pushed for a reader that comes later, and what comes while it reads', async () => {
  const queue = new EventQueue<number>()
  queue.push(1)
  const read = readAll(queue)
  await Promise.resolve()
  queue.push(2)
  queue.end()
  expect(await read).toEqual([1, 2])
})

it('forgets the oldest where nobody ever read, and nothing for a reader, however slow', async () => {
  const queue = new EventQueue<number>()
  for (const number of numbers(10_003)) queue.push(number)
  const iterator = queue[Symbol.asyncIterator]()
  expect(await iterator.next()).toEqual({ done: false, value: 3 })
  for (const number of numbers(20_000)) queue.push(-number)
  queue.end()
  let count = 1
  while (!(await iterator.next()).done) count++
  expect(count).toBe(30_000)
})

it('gives a second reader what the first one left', async () => {
  const queue = new EventQueue<number>()
  for (const number of numbers(4)) queue.push(number)
  for await (const event of queue) if (event === 1) break
  queue.push(4)
  queue.end()
  expect(await readAll(queue)).toEqual([2, 3, 4])
})

it('refuses a second reader at the same time, and the first one goes on', async () => {
  const queue = new EventQueue<number>()
  const first = readAll(queue)
  await expect(readAll(queue)).rejects.toMatchObject({ code: 'usage' })
  queue.push(1)
  queue.end()
  expect(await first).toEqual([1])
})

it('throws what ended it, after what waits', async () => {
  const queue = new EventQueue<number>()
  queue.push(1)
  queue.end({ error: new Error('gone') })
  const iterator = queue[Symbol.asyncIterator]()
  expect(await iterator.next()).toEqual({ done: false, value: 1 })
  await expect(iterator.next()).rejects.toThrow('gone')
})
