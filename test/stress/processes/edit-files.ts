/** Edits files at random, each in one of the ways in which programs save. It prints the mark of the last save of each. */
import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { randomOf } from '../../support/random.ts'
import { type EditOrder, editOf, pauseOf } from '../model.ts'

const { target: root, name, seed, seconds, own, shared } = JSON.parse(process.argv[2]!) as EditOrder
const random = randomOf(seed)
const paths = [...own, ...shared]
const last: Record<string, string> = {}

/** A file that another may replace is opened anew for each step: what is written to a file that was replaced is gone by its writer's own doing. */
const WAYS: readonly ((file: string, text: string, isShared: boolean) => Promise<void> | void)[] = [
  (file, text) => writeFileSync(file, text),
  (file, text) => {
    writeFileSync(`${file}~`, text)
    renameSync(`${file}~`, file)
  },
  async (file, text, isShared) => {
    if (isShared) {
      writeFileSync(file, '')
      await delay(random() * 120)
      return writeFileSync(file, text)
    }
    const descriptor = openSync(file, 'w')
    await delay(random() * 120)
    writeSync(descriptor, text.slice(0, text.length / 2))
    await delay(random() * 120)
    writeSync(descriptor, text.slice(text.length / 2))
    closeSync(descriptor)
  },
  async (file, text, isShared) => {
    if (!isShared) {
      rmSync(file, { force: true })
      await delay(random() * 30)
    }
    writeFileSync(file, text)
  },
]

const end = performance.now() + seconds * 1_000
for (let count = 0; performance.now() < end; count++) {
  const path = paths[Math.floor(random() * paths.length)]!
  const mark = `${name}-${count}`
  await WAYS[Math.floor(random() * WAYS.length)]!(join(root, path), editOf(path, mark), shared.includes(path))
  last[path] = mark
  await delay(pauseOf(random))
}
process.stdout.write(JSON.stringify(last))
