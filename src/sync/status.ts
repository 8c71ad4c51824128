import type { Action, Problem, State, Status, StatusItem, Summary } from '../types.ts'
import type { Observation } from './agenda.ts'
import { runCycle } from './cycle.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import { byPath } from './tally.ts'

/** In the order in which people read them. */
const STATES: readonly State[] = ['in-sync', 'store-changed', 'tree-changed', 'store-only', 'tree-only', 'conflict', 'held', 'untracked']

type LookingPlan = Omit<CyclePlan, 'dryRun' | 'observe'>

/** What a cycle that only looks finds. */
export interface Survey {
  readonly summary: Summary
  /** By path. */
  readonly observations: ReadonlyMap<string, Observation>
}

/** Tells what a cycle would do, and which sides have something at each path that it would not leave as it is. */
export async function observeSides(ports: CyclePorts, plan: LookingPlan): Promise<Survey> {
  const observations = new Map<string, Observation>()
  const observe = (observation: Observation): void => void observations.set(observation.path, observation)
  const summary = await runCycle(ports, { ...plan, dryRun: true, observe })
  return { summary, observations }
}

/** Compares both sides without changing anything: a sync that only looks. */
export async function compareSides(ports: CyclePorts, plan: LookingPlan): Promise<Status> {
  const { summary, observations } = await observeSides(ports, plan)
  return statusOf(summary, [...observations.values()])
}

function statusOf(summary: Summary, observations: readonly Observation[]): Status {
  const { conflicts, holds, deletions, untracked, problems, seconds } = summary
  const items = new Map<string, StatusItem>()
  const say = (state: State, action: Action, { path, code, message }: Problem): void => void items.set(path, { path, state, action, code, message })
  let gone = 0
  for (const { path, action, row, file } of observations) {
    if (row || file) items.set(path, { path, state: stateOf(action, row, file), action })
    else gone++
  }
  for (const problem of deletions) {
    const item = items.get(problem.path)
    if (item) say(item.state, item.action, problem)
  }
  for (const problem of conflicts) say('conflict', 'conflict', problem)
  for (const problem of holds) say('held', 'hold', problem)
  for (const path of untracked) items.set(path, { path, state: 'untracked', action: 'none' })
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>
  counts['in-sync'] = summary.unchanged + summary.adopted - gone
  for (const { state } of items.values()) counts[state]++
  return { counts, items: byPath([...items.values()]), problems, seconds }
}

function stateOf(action: Action, row: boolean, file: boolean): State {
  switch (action) {
    case 'none':
    case 'adopt':
      return 'in-sync'
    case 'export':
      return file ? 'store-changed' : 'store-only'
    case 'import':
      return row ? 'tree-changed' : 'tree-only'
    case 'delete-row':
      return 'store-only'
    case 'remove-file':
      return 'tree-only'
    case 'conflict':
      return 'conflict'
    case 'hold':
      return 'held'
  }
}
