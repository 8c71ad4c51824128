import { RowtreeError } from '../errors.ts'
import type { ResolveOptions } from '../options.ts'
import { type CycleFlags, cycleCommand, pathsOf } from './cycle.ts'
import { run } from './run.ts'

/** Flags of `rowtree resolve`. */
export interface ResolveFlags extends CycleFlags {
  readonly prefer?: ResolveOptions['prefer']
  readonly all?: boolean
  readonly delete?: boolean
}

/** `rowtree resolve`: settles conflicts and holds as a person decided. It never asks. */
export async function resolveCommand(paths: readonly string[], flags: ResolveFlags): Promise<void> {
  await run('resolve', flags, (context) => {
    const { all, delete: deletes } = flags
    const prefer = preferred(paths, flags)
    return cycleCommand('resolve', context, flags, (engine, options) =>
      engine.resolve(pathsOf(engine, paths, context) ?? [], { ...options, prefer, all, delete: deletes }),
    )
  })
}

/** The side that wins, once it is clear which paths are meant. */
function preferred(paths: readonly string[], { prefer, all }: ResolveFlags): ResolveOptions['prefer'] {
  if (prefer === undefined) throw refusal('no side is preferred; add --prefer store, --prefer tree or --prefer merge')
  if (paths.length === 0 && !all) throw refusal('no paths are named; name them, or add --all for all conflicts and holds')
  if (paths.length > 0 && all) throw refusal('both paths and --all are given; choose one of them')
  return prefer
}

function refusal(state: string): RowtreeError {
  return new RowtreeError('usage', `Cannot resolve: ${state}`)
}
