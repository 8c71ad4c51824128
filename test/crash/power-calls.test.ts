import { CAN_INJECT } from '../support/faults/index.ts'
import { cutAtCall, missing, settle, SIDES, strangers } from '../support/loop/cut.ts'
import { type Filesystem, missingFor } from '../support/loop/index.ts'
import { LOSSES, lose } from '../support/loop/life.ts'
import { amount, method } from '../support/method.ts'

/** About as many calls change something in one operation. */
const CALLS = 250

for (const kind of ['ext4', 'xfs'] as const satisfies Filesystem[]) {
  const lacking = missingFor(kind) ?? (CAN_INJECT ? undefined : 'needs a C compiler')
  method(`power lost on ${kind} before a random system call of an operation`, lacking, (trials) => lose(kind, trials, amount(3, 30), async (world, disk, random, isFirst) => {
    const deed = isFirst ? 'export' : random.of(['export', 'import', 'sync', 'sync'] as const)
    world.change(SIDES[deed], true)
    const before = world.look()
    const loss = random.of(LOSSES)
    const call = await cutAtCall(world, disk, deed, loss, 1 + random.below(CALLS))
    const faults = [...strangers(world, world.look()), ...missing(world, before)]
    const { losses } = await settle(world)
    const moment = call ? `${call.call} ${call.path}` : 'the end'
    return [...faults, ...losses, ...missing(world, before)].map((fault) => `${deed}, ${loss} before ${moment}: ${fault}`)
  }))
}
