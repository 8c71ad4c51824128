import type { Licence } from '../core/direction.ts'
import type { ResolveOptions } from '../options.ts'
import type { Problem, StatusItem, Summary } from '../types.ts'
import { runCycle } from './cycle.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import { compareSides } from './status.ts'

/** Settles what differs at named paths as a person decided. */
export async function resolvePaths(ports: CyclePorts, plan: CyclePlan, { prefer }: Pick<ResolveOptions, 'prefer'>): Promise<Summary> {
  return await runCycle(ports, decide(plan, prefer))
}

/** Settles all conflicts and holds. What would delete something there needs leave, since nobody named it. */
export async function resolveUndecided(ports: CyclePorts, plan: CyclePlan, options: ResolveOptions): Promise<Summary> {
  const { items } = await compareSides(ports, { ...plan, licence: { ...plan.licence, onConflict: 'keep' } })
  const undecided = items.filter(({ state }) => state === 'conflict' || (state === 'held' && options.prefer !== 'merge'))
  const [left, taken] = [undecided.filter((item) => wouldDelete(item, options)), undecided.filter((item) => !wouldDelete(item, options))]
  const summary = await runCycle(ports, { ...decide(plan, options.prefer), paths: taken.map(({ path }) => path) })
  const listed = (state: StatusItem['state']): Problem[] => left.filter((item) => item.state === state).map(asProblem)
  return { ...summary, conflicts: [...summary.conflicts, ...listed('conflict')], holds: [...summary.holds, ...listed('held')] }
}

function decide(plan: CyclePlan, prefer: ResolveOptions['prefer']): CyclePlan {
  const licence: Licence = { ...plan.licence, prune: true, delete: true, prefer: prefer === 'merge' ? undefined : prefer, onConflict: prefer === 'merge' ? 'merge' : 'keep' }
  if (prefer === 'merge') return { ...plan, licence }
  // Whoever names a side has seen what the guards warn of; only what no text column can hold stays held.
  const guards = { allowEmpty: true, maxDelete: { count: Number.POSITIVE_INFINITY }, maxFileSize: Number.POSITIVE_INFINITY }
  return { ...plan, licence, guards, decided: true }
}

const DELETES: Readonly<Record<'store' | 'tree', ReadonlySet<string | undefined>>> = {
  store: new Set(['deleted-in-store']),
  tree: new Set(['deleted-in-tree', 'mass-deletion', 'tree-emptied']),
}

function wouldDelete({ code }: StatusItem, { prefer, delete: leave }: ResolveOptions): boolean {
  return !leave && prefer !== 'merge' && DELETES[prefer].has(code)
}

function asProblem({ path, code, message }: StatusItem): Problem {
  return { path, code: code!, message: message! }
}
