import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { RowtreeError } from '../../src/index.ts'
import { cutAfter, perform, strangers } from '../support/loop/cut.ts'
import { Disk, type Filesystem, missingFor } from '../support/loop/index.ts'
import { Random } from '../support/random.ts'
import { type Part, World } from '../support/loop/world.ts'
import { amount, method, SEED } from '../support/method.ts'

/** The tree is on the disk, and what it was to become is known or not. */
const PARTS: readonly (readonly Part[])[] = [['tree'], ['tree', 'state'], ['tree', 'state', 'store']]

for (const kind of ['ext4', 'xfs'] as const satisfies Filesystem[]) {
  method(`power lost on ${kind} after an export with --fsync off, of whose bytes the disk has some`, missingFor(kind), async (trials) => {
    const random = new Random(SEED)
    process.stderr.write(`seed ${SEED}\n`)
    const disk = new Disk(kind, { loose: true })
    for (let count = amount(10, 60); count > 0; count--) {
      // What looks empty is held in any case; here it is not, so that nothing but the size and the time of a file tells what it is.
      const world = new World(disk, random, random.of(PARTS), { export: { fsync: 'off' }, guards: { maxDelete: '100%', allowEmpty: random.chance(0.5) } })
      world.change(['row'], true)
      const { rows } = world.look()
      await cutAfter(world, disk, 'export', random.of(['log lost', 'log written'] as const), () => writeSome(disk, random))
      trials.add(...(await importing(world, rows)).map((loss) => `seed ${SEED}, trial ${trials.count + 1}, on the disk ${world.parts.join('+')}: ${loss}`))
    }
  })
}

/** Some files reach the disk, some of them half: the system writes when it finds time. */
function writeSome(disk: Disk, random: Random): void {
  for (const entry of readdirSync(disk.path, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && random.chance(0.5)) disk.write(path, Math.max(1, Math.floor(statSync(path).size * random.of([0.5, 1]))))
  }
}

/** What a sync does to the rows after it; a baseline that is damaged has to be named, with what to do. */
async function importing(world: World, before: ReadonlyMap<string, string>): Promise<string[]> {
  try {
    await world.withEngine((engine) => perform(engine, 'sync'))
  } catch (error) {
    if (!(error instanceof RowtreeError) || error.code !== 'baseline-invalid') throw error
    return /move it away/.test(error.message) ? [] : [`no remedy: ${error.message}`]
  }
  const { rows } = world.look()
  const changed = [...before].filter(([path, text]) => rows.has(path) && rows.get(path) !== text).map(([path]) => `the row ${path} became another one`)
  return [...changed, ...strangers(world, { files: new Map(), rows })]
}
