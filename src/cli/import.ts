import { type CycleFlags, cycleCommand, pathsOf } from './cycle.ts'
import { run } from './run.ts'

/** Flags of `rowtree import`. */
export interface ImportFlags extends CycleFlags {
  readonly delete?: boolean
  readonly force?: boolean
}

/** `rowtree import`: takes edited and new files to the store. */
export async function importCommand(paths: readonly string[], flags: ImportFlags): Promise<void> {
  const { delete: deletes, force } = flags
  await run('import', flags, (context) =>
    cycleCommand('import', context, flags, (engine, options) =>
      engine.import({ ...options, paths: pathsOf(engine, paths, context), delete: deletes, force }),
    ),
  )
}
