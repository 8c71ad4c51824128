import { type CycleFlags, cycleCommand } from './cycle.ts'
import { run } from './run.ts'

/** Flags of `rowtree export`. */
export interface ExportFlags extends CycleFlags {
  readonly prune?: boolean
  readonly force?: boolean
}

/** `rowtree export`: writes every row whose file is missing or out of date. */
export async function exportCommand(flags: ExportFlags): Promise<void> {
  const { prune, force } = flags
  await run('export', flags, (context) =>
    cycleCommand('export', context, flags, (engine, options) => engine.export({ ...options, prune, force })),
  )
}
