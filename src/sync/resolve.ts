import type { ResolveOptions } from '../options.ts'
import type { Problem, Summary } from '../types.ts'
import { runCycle } from './cycle.ts'
import type { Named } from './naming.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import { observeSides } from './status.ts'

/** What waits for a person below directories: paths to settle, and what stays because settling it would delete something. */
interface Waiting {
  readonly taken: readonly string[]
  readonly conflicts: readonly Problem[]
  readonly holds: readonly Problem[]
}

const NOTHING: Waiting = { taken: [], conflicts: [], holds: [] }

/**
 * Settles whatever differs at the paths that a person named one by one. Below directories only conflicts and holds are settled, and what
 * would delete something there needs leave, since nobody named it.
 */
export async function resolvePaths(ports: CyclePorts, plan: CyclePlan, named: Named, options: ResolveOptions): Promise<Summary> {
  const { taken, conflicts, holds } = named.directories.length > 0 ? await waitingIn(named, ports, plan, options) : NOTHING
  const summary = await runCycle(ports, { ...decide(plan, options, named.exact.length > 0), paths: [...named.exact, ...taken] })
  return { ...summary, conflicts: [...summary.conflicts, ...conflicts], holds: [...summary.holds, ...holds] }
}

async function waitingIn({ exact, includes }: Named, ports: CyclePorts, plan: CyclePlan, { prefer, delete: leave }: ResolveOptions): Promise<Waiting> {
  const single = new Set(exact)
  const scope = (path: string): boolean => includes(path) && !single.has(path) && plan.scope(path)
  const { summary, observations } = await observeSides(ports, { ...plan, scope, licence: { ...plan.licence, onConflict: 'keep' } })
  const { conflicts, holds } = summary
  // Nothing is merged where something is held.
  if (prefer === 'merge') return { ...NOTHING, taken: conflicts.map(({ path }) => path) }
  const waiting = [...conflicts, ...holds].map(({ path }) => path)
  const doomed = waiting.filter((path) => {
    const present = observations.get(path)
    return present !== undefined && !present[prefer === 'store' ? 'row' : 'file']
  })
  const tracked = ports.baseline.find(doomed)
  const left = new Set(doomed.filter((path) => !leave || !tracked.has(path)))
  const isLeft = ({ path }: Problem): boolean => left.has(path)
  return { taken: waiting.filter((path) => !left.has(path)), conflicts: conflicts.filter(isLeft), holds: holds.filter(isLeft) }
}

/** @param named a person named paths one by one, and so saw what would be deleted */
function decide(plan: CyclePlan, { prefer, delete: leave = false }: ResolveOptions, named: boolean): CyclePlan {
  const { licence } = plan
  if (prefer === 'merge') return { ...plan, licence: { ...licence, onConflict: 'merge' }, mergeAgain: true }
  // The tree's root is gone, so no file can be made like its row: what is held stays so.
  if (prefer === 'store' && licence.direction === 'import') return { ...plan, licence: { ...licence, onConflict: 'keep' } }
  const deletes = named || leave
  // Whoever names a side has seen what the guards warn of; only what no text column can hold stays held.
  const guards = { allowEmpty: true, maxDelete: { count: Number.POSITIVE_INFINITY }, maxFileSize: Number.POSITIVE_INFINITY }
  return { ...plan, licence: { ...licence, prune: deletes, delete: deletes, prefer, onConflict: 'keep' }, guards, decided: true }
}
