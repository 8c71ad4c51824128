import type { Baseline } from '../baseline/baseline.ts'
import { parentOf } from '../tree/obstacle.ts'
import type { Agenda, Deferral } from './agenda.ts'
import type { CyclePlan } from './plan.ts'
import type { Tally } from './tally.ts'

/** Keeps what waits for a person so far, before anything else is done. */
export function deferAll(baseline: Baseline, agenda: Agenda): void {
  if (agenda.deferrals.length === 0) return
  for (const deferral of agenda.deferrals) defer(baseline, deferral)
  baseline.checkpoint()
}

function defer(baseline: Baseline, { kind, problem, store, tree }: Deferral): void {
  const { path, code, message } = problem
  baseline.defer({ path, kind, code, message, store, tree, since: Date.now() })
}

/**
 * Lists what waits for a person, and keeps it in the baseline until a cycle finds it settled. A file that fits no
 * collection is told once.
 */
export function settleUndecided(baseline: Baseline, agenda: Agenda, plan: Pick<CyclePlan, 'dryRun' | 'observe' | 'onUndecided' | 'paths' | 'hints' | 'scope'>, tally: Tally): void {
  const before = baseline.undecided()
  const now = new Set<string>()
  for (const deferral of agenda.deferrals) {
    const { kind, problem } = deferral
    const { path } = problem
    // What one phase defers, another one may have to leave as well.
    if (now.has(path)) continue
    now.add(path)
    ;(kind === 'conflict' ? tally.conflicts : tally.holds).push(problem)
    plan.onUndecided?.(path, `${deferral.store ?? ''} ${deferral.tree ?? ''}`)
    if (!plan.dryRun) defer(baseline, deferral)
  }
  for (const path of agenda.untracked) {
    now.add(path)
    // Whoever only looks wants to know of all.
    if (!plan.observe && before.get(path)?.kind === 'untracked') continue
    tally.untracked.push(path)
    const message = `${path} fits no collection`
    if (!plan.dryRun) baseline.defer({ path, kind: 'untracked', code: 'untracked', message, store: undefined, tree: undefined, since: Date.now() })
  }
  for (const path of agenda.nothing) {
    if (plan.paths && !plan.hints) tally.problems.push({ path, code: 'read-failed', message: `Cannot find ${path}: there is neither such a file nor such a row` })
  }
  if (plan.dryRun) return
  const looked = plan.paths && new Set(plan.paths)
  // What could not be looked at is not settled: an undo would be done again as soon as it can.
  const unseen = new Set(tally.problems.map(({ path }) => path))
  for (const path of before.keys()) {
    if (!now.has(path) && !isBelow(path, unseen) && (looked ? looked.has(path) : plan.scope(path))) baseline.decide(path)
  }
}

/** Whether one of these paths is this one, or a directory above it. */
function isBelow(path: string, paths: ReadonlySet<string>): boolean {
  for (let above = path; ; above = parentOf(above)) {
    if (paths.has(above)) return true
    if (above === '') return false
  }
}
