import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { writeFileAtomic } from '../../src/atomic.ts'
import { Disk, type Filesystem, type Loss, missingFor } from '../support/loop/index.ts'
import { Random } from '../support/random.ts'
import { amount, method, SEED } from '../support/method.ts'

/** Places of each trial: new directories, and files that are replaced, over and over. */
const PLACES = ['top', 'new/file', 'new/deep/er/file', 'old/a', 'old/b'] as const

for (const kind of ['ext4', 'xfs'] as const satisfies Filesystem[]) {
  method(`power lost on ${kind} right after writeFileAtomic`, missingFor(kind), async (trials) => {
    const random = new Random(SEED)
    process.stderr.write(`seed ${SEED}\n`)
    const disk = new Disk(kind)
    const held = new Map<string, string>()
    for (let count = amount(12, 60); count > 0; count--) {
      rmSync(join(disk.path, 'new'), { recursive: true, force: true })
      for (const place of ['new/file', 'new/deep/er/file']) held.delete(place)
      disk.flush()
      const places = PLACES.filter(() => random.chance(0.5))
      // In turn or at once, as a caller pleases.
      const writes = places.map((place) => async () => {
        const text = `${place} ${count}\n${'x'.repeat(random.below(20_000))}`
        await writeFileAtomic(join(disk.path, place), text, { backup: random.chance(0.2) })
        held.set(place, text)
      })
      if (random.chance(0.5)) await Promise.all(writes.map((write) => write()))
      else for (const write of writes) await write()
      const loss: Loss = random.of(['log lost', 'log written'])
      disk.losePower(loss)
      disk.unmount()
      disk.mount()
      trials.add(...[...held].filter(([place, text]) => textOf(join(disk.path, place)) !== text).map(([place]) => `seed ${SEED}, trial ${trials.count + 1}, ${loss}: ${place} is not what was written`))
    }
  })
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
