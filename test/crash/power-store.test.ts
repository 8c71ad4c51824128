import { DatabaseSync } from 'node:sqlite'
import { amount, method } from '../support/method.ts'
import { cutAfter, differences } from '../support/loop/cut.ts'
import { Disk, missingFor } from '../support/loop/index.ts'
import { Random } from '../support/random.ts'
import { World } from '../support/loop/world.ts'

// To commit SQLite removes a journal, or appends to a log: the two ways that a file remembers.
for (const journal of ['delete', 'wal'] as const) {
  method(`power lost on ext4 right after rows were written to a SQLite store in journal mode ${journal}`, missingFor('ext4'), async (trials) => {
    const disk = new Disk('ext4')
    for (let count = amount(2, 20); count > 0; count--) {
      const world = new World(disk, new Random(count), ['store'], {})
      const db = new DatabaseSync(`${disk.path}/store/site.sqlite`)
      db.exec(`pragma journal_mode = ${journal}`)
      db.close()
      await world.withEngine((engine) => engine.export())
      world.change(['file'], true)
      const reported = await cutAfter(world, disk, 'import', 'log lost')
      trials.add(...differences(reported, world.look()))
    }
  })
}
