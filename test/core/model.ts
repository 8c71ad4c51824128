import { type Losses, guardDeletions } from '../../src/core/deletions.ts'
import { type Licence, type Step, stepFor } from '../../src/core/direction.ts'
import { guardContent, type Guards, guardSize } from '../../src/core/guards.ts'
import { reconcile } from '../../src/core/reconcile.ts'
import type { Side } from '../../src/types.ts'

/** Contents by path; each letter is a byte. A content is its own digest. */
export type Contents = ReadonlyMap<string, string>

/** Two sides and what is remembered of them, without files or a database. */
export interface World {
  readonly store: Contents
  readonly tree: Contents
  readonly baseline: Contents
  /** What was ever overwritten or deleted, as `path=content`. */
  readonly history: ReadonlySet<string>
  /** Paths whose deletion is held. A hold does not end because files that a cycle brought make the loss a smaller share. */
  readonly held: ReadonlySet<string>
}

/** What a cycle is going to do, by path. */
export type Plan = ReadonlyMap<string, Step>

export function collectionOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

/** Read both sides, reconcile, guard. Without guards a person confirmed everything. */
export function planOf(world: World, licence: Licence, guards?: Guards, inScope: (path: string) => boolean = () => true): Plan {
  const paths = [...new Set([...world.store.keys(), ...world.tree.keys(), ...world.baseline.keys()])].filter(inScope).sort()
  const plan = new Map(paths.map((path) => [path, stepAt(path, world, licence)] as const))
  if (!guards) return plan
  const holds = { tree: holdsOf('tree', plan, world, guards), store: holdsOf('store', plan, world, guards) }
  const isHeld = (path: string, step: Step): boolean => {
    if (step === 'import' || step === 'merge') return isSuspicious(path, world, guards)
    if (step !== 'delete-row' && step !== 'remove-file') return false
    return world.held.has(path) || holds[step === 'delete-row' ? 'tree' : 'store'].has(collectionOf(path))
  }
  return new Map([...plan].map(([path, step]) => [path, isHeld(path, step) ? 'hold' : step]))
}

function stepAt(path: string, { baseline, store, tree }: World, licence: Licence): Step {
  const action = reconcile(baseline.get(path), store.get(path), tree.get(path))
  const step = stepFor(action, { row: store.has(path), file: tree.has(path) }, licence)
  // Two that never agreed have nothing to tell whose change is whose.
  return step === 'merge' && !baseline.has(path) ? 'conflict' : step
}

function isSuspicious(path: string, { store, tree }: World, guards: Guards): boolean {
  const [file, row] = [bytesOf(tree.get(path)!), store.get(path)]
  const isBinary = collectionOf(path) === 'bin'
  return (guardSize(path, file.length, guards) ?? guardContent(path, file, row === undefined ? row : bytesOf(row), isBinary, guards)) !== undefined
}

function bytesOf(content: string): Uint8Array {
  return Uint8Array.from(content, (letter) => letter.charCodeAt(0))
}

function holdsOf(side: Side, plan: Plan, world: World, guards: Guards): ReadonlyMap<string, unknown> {
  const losses = new Map<string, Losses>()
  for (const [path, step] of plan) {
    if (!world.baseline.has(path) && step !== (side === 'tree' ? 'delete-row' : 'remove-file')) continue
    const { missing, total } = losses.get(collectionOf(path)) ?? { missing: 0, total: 0 }
    losses.set(collectionOf(path), { missing: missing + (world[side].has(path) ? 0 : 1), total: total + 1 })
  }
  return guardDeletions(side, losses, guards)
}

/**
 * Carries out a plan, or only so many of its steps without telling the baseline, as a process does that is killed. Holds are
 * remembered before anything is done.
 */
export function execute(world: World, plan: Plan, killedAfter?: number): World {
  const store = new Map(world.store)
  const tree = new Map(world.tree)
  const baseline = new Map(world.baseline)
  const history = new Set(world.history)
  const put = (side: Map<string, string>, path: string, content: string | undefined): void => {
    const before = side.get(path)
    if (before !== undefined) history.add(`${path}=${before}`)
    if (content === undefined) side.delete(path)
    else side.set(path, content)
  }
  const held = new Set([...world.held].filter((path) => !plan.has(path)))
  for (const [path, step] of plan) if (step === 'hold' && store.has(path) !== tree.has(path)) held.add(path)
  for (const [path, step] of [...plan].slice(0, killedAfter)) {
    const [row, file] = [store.get(path), tree.get(path)]
    if (step === 'export' || step === 'remove-file') put(tree, path, row)
    if (step === 'import' || step === 'delete-row') put(store, path, file)
    if (step === 'merge') for (const side of [store, tree]) put(side, path, `${row}${file}`)
    if (killedAfter !== undefined || step === 'hold' || step === 'pending' || step === 'conflict') continue
    const agreed = tree.get(path)
    if (agreed === undefined) baseline.delete(path)
    else baseline.set(path, agreed)
  }
  return { store, tree, baseline, history, held }
}
