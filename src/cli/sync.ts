import { type CycleFlags, cycleCommand } from './cycle.ts'
import { run } from './run.ts'

/** Flags of `rowtree sync`. */
export interface SyncFlags extends CycleFlags {
  readonly prune?: boolean
  readonly delete?: boolean
}

/** `rowtree sync`: takes the changes of each side to the other. */
export async function syncCommand(flags: SyncFlags): Promise<void> {
  const { prune, delete: deletes } = flags
  await run('sync', flags, (context) =>
    cycleCommand('sync', context, flags, (engine, options) => engine.sync({ ...options, prune, delete: deletes })),
  )
}
