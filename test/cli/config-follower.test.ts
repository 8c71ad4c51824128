import { closeSync, existsSync, ftruncateSync, openSync, renameSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ConfigFollower } from '../../src/cli/config-follower.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A follower, and how often it told that the file had changed. */
function following({ work = () => Promise.resolve(), interval = 5, patience = 60_000 }: { work?: () => Promise<void | 'later'>; interval?: number; patience?: number } = {}): { file: string; follower: ConfigFollower; told(): number } {
  const file = join(temporaryDirectory(), 'rowtree.yaml')
  writeFileSync(file, 'first')
  let told = 0
  const changed = async (): Promise<'done' | 'later'> => {
    told += 1
    return (await work()) ?? 'done'
  }
  const follower = new ConfigFollower({ file, changed, interval, patience })
  onTestFinished(async () => void (await Promise.allSettled([follower.close()])))
  return { file, follower, told: () => told }
}

it('tells of each new text once, however it was written', async () => {
  const { file, told } = following()
  writeFileSync(file, 'second')
  await eventually('a text is told', () => told() === 1)
  writeFileSync(`${file}~`, 'third')
  renameSync(`${file}~`, file)
  await eventually('a replacement is told', () => told() === 2)
  rmSync(file)
  writeFileSync(file, 'fourth')
  await eventually('a new file is told', () => told() === 3)
  expect(told()).toBe(3)
})

it('takes neither an absence, nor another time, nor the same text for a change', async () => {
  const { file, told } = following()
  const other = following()
  /** Until both were looked at, more than once. */
  const looked = async (text: string): Promise<void> => {
    const before = other.told()
    writeFileSync(other.file, text)
    await eventually('the other one is told', () => other.told() > before)
  }
  utimesSync(file, 1, 1)
  await looked('a')
  renameSync(file, `${file}~`)
  await looked('b')
  renameSync(`${file}~`, file)
  await looked('c')
  writeFileSync(file, 'first')
  await looked('d')
  expect(told()).toBe(0)
  writeFileSync(file, 'second')
  await eventually('the only change is told', () => told() > 0)
  expect(told()).toBe(1)
})

it('waits for the end of a writer who takes his time', async () => {
  const { file, told } = following({ interval: 60 })
  const writing = openSync(file, 'r+')
  ftruncateSync(writing, 0)
  // On the same loop: between two looks there is always a write.
  for (let piece = 0; piece < 60; piece++) {
    writeSync(writing, 'piece')
    await delay(4)
  }
  closeSync(writing)
  expect(told()).toBe(0)
  await eventually('it is told', () => told() > 0)
  expect(told()).toBe(1)
})

it('tells again what was not possible at first, until it is', async () => {
  let refusals = 3
  const { file, told } = following({ work: async () => (refusals-- > 0 ? 'later' : undefined), patience: 5 })
  writeFileSync(file, 'second')
  await eventually('it is told once more', () => told() === 4)
  writeFileSync(file, 'third')
  await eventually('the next text is told', () => told() === 5)
  expect(told()).toBe(5)
})

it('tells that the file stays away, and that it is back', async () => {
  const { file, told } = following({ work: async () => (existsSync(file) ? undefined : 'later'), patience: 20 })
  rmSync(file)
  await eventually('it is told', () => told() > 1)
  writeFileSync(file, 'first')
  const before = told()
  await eventually('it is told once more', () => told() > before)
  expect(existsSync(file)).toBe(true)
})

it('looks at nothing while a change is worked on, and tells nobody after it was closed', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { file, follower, told } = following({ work: () => promise })
  writeFileSync(file, 'second')
  await eventually('a change is told', () => told() === 1)
  writeFileSync(file, 'third')
  const closed = follower.close()
  resolve()
  await closed
  expect(told()).toBe(1)
})

it('passes on what went wrong', async () => {
  const { file, follower, told } = following({ work: () => Promise.reject(new Error('no')) })
  writeFileSync(file, 'second')
  await eventually('a change is told', () => told() === 1)
  await expect(follower.close()).rejects.toThrow('no')
})
