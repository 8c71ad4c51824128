/** Saves each file twice, in place or by a rename, with a gap of 0 to 100 ms in which the first save may just be taken. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { randomOf } from '../../support/random.ts'
import { pathOf, textOf } from '../pages.ts'

const { root, files, seed, marks } = JSON.parse(process.argv[2]!) as { root: string; files: number; seed: number; marks: [string, string] }
/** So few at once that the events of all of them stay below what looks like a burst. */
const LANES = 4
const random = randomOf(seed)

function save(path: string, mark: string): void {
  const file = join(root, path)
  if (random() < 0.5) return writeFileSync(file, textOf(path, mark))
  writeFileSync(`${file}~`, textOf(path, mark))
  renameSync(`${file}~`, file)
}

let next = 0
async function lane(): Promise<void> {
  while (next < files) {
    const path = pathOf(next++)
    save(path, marks[0])
    const gap = random() * 100
    if (gap > 1) await delay(gap)
    save(path, marks[1])
    await delay(random() * 50)
  }
}

await Promise.all(Array.from({ length: LANES }, lane))
process.stdout.write('{}')
