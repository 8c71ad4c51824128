import { cutAfter, cutAmid, differences, missing, settle, SIDES, strangers } from '../support/loop/cut.ts'
import { type Filesystem, missingFor } from '../support/loop/index.ts'
import { LOSSES, lose } from '../support/loop/life.ts'
import { amount, method } from '../support/method.ts'

for (const kind of ['ext4', 'xfs'] as const satisfies Filesystem[]) {
  method(`power lost on ${kind} right after an operation was reported`, missingFor(kind), (trials) => lose(kind, trials, amount(35, 250), async (world, disk, random, first) => {
    const deed = first ? 'export' : random.of(['export', 'import', 'sync'] as const)
    // What another program committed to the store is its own business, or SQLite's; what an editor saved has become rowtree's once it was reported.
    const flushed = SIDES[deed].includes('row') || random.chance(0.5)
    world.change(SIDES[deed], flushed)
    const before = world.look()
    const loss = random.of(LOSSES)
    const reported = await cutAfter(world, disk, deed, loss)
    const faults = [...differences(reported, world.look()), ...missing(world, before)]
    const { summary, losses } = await settle(world)
    const { exported, imported, adopted, removed, deleted } = summary
    if (exported + imported + adopted + removed + deleted > 0) faults.push(`the next sync had to do again: ${JSON.stringify({ exported, imported, adopted, removed, deleted })}`)
    return [...faults, ...losses].map((fault) => `${deed}${flushed ? '' : ' of saves that nobody flushed'}, ${loss}: ${fault}`)
  }))

  method(`power lost on ${kind} at a milestone of an operation`, missingFor(kind), (trials) => lose(kind, trials, amount(35, 250), async (world, disk, random, first) => {
    const deed = first ? 'export' : random.of(['export', 'import', 'sync', 'sync'] as const)
    world.change(SIDES[deed], true)
    const before = world.look()
    const loss = random.of(LOSSES)
    const moment = await cutAmid(world, disk, deed, loss, 1 + random.below(20))
    const faults = [...strangers(world, world.look()), ...missing(world, before)]
    const { losses } = await settle(world)
    return [...faults, ...losses, ...missing(world, before)].map((fault) => `${deed}, ${loss} at ${moment}: ${fault}`)
  }))
}
