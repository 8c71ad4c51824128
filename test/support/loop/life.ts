import process from 'node:process'
import type { FsyncMode } from '../../../src/index.ts'
import { SEED, type Trials } from '../method.ts'
import { Disk, type Filesystem, type Loss } from './index.ts'
import { Random } from '../random.ts'
import { type Part, World } from './world.ts'

/** What may become of the log. */
export const LOSSES: readonly Loss[] = ['log lost', 'log written']

/** What lies on the disk: as in most projects all of it, or parts of it while the others outlive the loss. */
const PARTS: readonly (readonly Part[])[] = [['tree', 'state', 'store'], ['tree', 'state'], ['tree'], ['store'], ['state'], ['state', 'store'], ['tree', 'store']]

/** Cycles of one world, the first of which is a first export. */
const LIFE = 6

/** One cycle in which power is lost; returns what went wrong. */
export type Cycle = (world: World, disk: Disk, random: Random, isFirst: boolean) => Promise<string[]>

/** Loses power so many times on one disk, in one world after another. */
export async function lose(kind: Filesystem, trials: Trials, count: number, cycle: Cycle): Promise<void> {
  const random = new Random(SEED)
  process.stderr.write(`seed ${SEED}\n`)
  const disk = new Disk(kind)
  let world: World | undefined
  for (let age = 0; trials.count < count; age++) {
    if (world === undefined || age === LIFE) {
      const fsync: FsyncMode = random.of(['batch', 'file'])
      world = new World(disk, random, random.of(PARTS), { export: { fsync } })
      age = 0
    }
    const about = `seed ${SEED}, trial ${trials.count + 1}, ${world.config.export.fsync}, on the disk ${world.parts.join('+')}`
    const losses = await cycle(world, disk, random, age === 0)
    trials.add(...losses.map((loss) => `${about}: ${loss}`))
    if (losses.length > 0) world = undefined
  }
}
