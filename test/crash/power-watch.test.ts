import process from 'node:process'
import type { Engine } from '../../src/index.ts'
import { cutWithin, perform, type Moment, strangers } from '../support/loop/cut.ts'
import { Disk, type Filesystem, type Loss, missingFor } from '../support/loop/index.ts'
import { Random } from '../support/random.ts'
import { World } from '../support/loop/world.ts'
import { amount, method, SEED } from '../support/method.ts'

/** The saves of a path, in order. */
type Saves = Map<string, string[]>

for (const kind of ['ext4', 'xfs'] as const satisfies Filesystem[]) {
  method(`power lost on ${kind} while a session takes saves`, missingFor(kind), async (trials) => {
    const random = new Random(SEED)
    process.stderr.write(`seed ${SEED}\n`)
    const disk = new Disk(kind)
    for (let count = amount(8, 20); count > 0; count--) {
      const world = new World(disk, random, random.of([['tree', 'state', 'store'], ['tree', 'state'], ['tree'], ['tree']] as const), {})
      world.change(['row'], true)
      await world.withEngine((engine) => engine.export())
      const taken: Saves = new Map([...world.expected].map(([path, text]) => [path, [text]]))
      const loss: Loss = random.of(['log lost', 'log written'])
      let moment: Moment = 'the end'
      await world.withEngine(async (engine) => {
        moment = await cutWithin(disk, loss, 1 + random.below(24), (cut) => session(engine, world, random, taken, cut))
      })
      disk.unmount()
      disk.mount()
      const faults = stale(taken, world.look().rows)
      await world.withEngine((engine) => perform(engine, 'sync'))
      const { rows } = world.look()
      faults.push(...stale(taken, rows), ...strangers(world, { files: new Map(), rows }))
      trials.add(...faults.map((fault) => `seed ${SEED}, trial ${trials.count + 1}, ${loss} at ${moment}, on the disk ${world.parts.join('+')}: ${fault}`))
    }
  })
}

/** Saves go on; now and then the person waits until all of them are taken, and what was overwritten before counts no more. */
async function session(engine: Engine, world: World, random: Random, taken: Saves, cut: Promise<void>): Promise<void> {
  const watching = engine.watch({ settle: 10, poll: 'off' })
  const isOver = cut.then(() => true)
  try {
    for (let burst = 3; burst > 0; burst--) {
      for (let count = 1 + random.below(4); count > 0; count--) {
        const [path, text] = world.save()
        taken.get(path)!.push(text)
      }
      const flushed = watching.flush().then(() => false)
      // It may never come when there is no power.
      flushed.catch(() => undefined)
      if (await Promise.race([flushed, isOver])) return
      for (const [path, saves] of taken) taken.set(path, saves.slice(-1))
    }
  } finally {
    await watching.stop()
  }
}

/** Rows that are older than what they took. */
function stale(taken: Saves, rows: ReadonlyMap<string, string>): string[] {
  return [...taken].filter(([path, saves]) => !saves.includes(rows.get(path) ?? '')).map(([path]) => `the row ${path} is older than what was taken, or gone`)
}
