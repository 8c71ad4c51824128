import type { Status, Summary, Undone } from '../../src/index.ts'
import type { Side } from '../../src/types.ts'
import type { Edit, Order, Story } from './deeds.ts'
import { collectionOf, type Contents, isItem, keptAs, meaningOf, PATHS, quoted, type Sides } from './place.ts'

/** What came of an operation. */
export type Answer = { readonly summary: Summary } | { readonly undone: Undone } | { readonly error: Error }

/** One operation as it was seen from outside. */
export interface Attempt {
  readonly order: Order
  readonly before: Sides
  readonly after: Sides
  readonly history: { readonly kept: ReadonlySet<string>; readonly operations: readonly number[] }
  readonly answer: Answer
  /** Whether nothing failed, nobody died, and nobody else wrote meanwhile. */
  readonly calm: boolean
  /** Nothing was going to be answered: calls failed, or the store was no good. */
  readonly failing: boolean
  readonly unmounted: boolean
  /** What a person wrote while it ran, and what was there just before. */
  readonly meanwhile?: { readonly edit: Edit; readonly replaced: string | undefined; readonly wrote: string | undefined } | undefined
}

interface Change {
  readonly side: Side
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** An operation that can be undone. */
interface Known {
  readonly changes: readonly Change[]
  readonly agreed: Agreements
  /** Not all of it may have taken place. */
  readonly partial: boolean
}

/** What both sides may last have agreed on, by path; a path that is missing may have agreed on anything. */
type Agreements = ReadonlyMap<string, ReadonlySet<string | undefined>>

const SIDES: readonly Side[] = ['store', 'tree']

/**
 * What rowtree promised, in as few words as it can be said: what a person wrote stays on its side until somebody allows it to go, and then it is in history; nothing is
 * deleted unless it is known to be gone from the other side; all that differs is told. It uses none of rowtree's decisions, and remembers only which contents both
 * sides may last have had in common. What was cut short leaves several possibilities: then only what holds for all of them is demanded.
 */
export class Judge {
  readonly #onConflict: Story['onConflict']
  #agreed: Map<string, ReadonlySet<string | undefined>>
  /** Paths whose deletion was held, with the side that lost them. */
  readonly #held = new Map<string, Side>()
  /** What an undo left at paths that differ since. */
  readonly #undone = new Map<string, Readonly<Record<Side, string | undefined>>>()
  readonly #known = new Map<number, Known>()
  readonly #seen = new Set<number>()

  constructor(onConflict: Story['onConflict']) {
    this.#onConflict = onConflict
    this.#agreed = new Map(PATHS.map((path) => [path, new Set([undefined])]))
  }

  /** What is wrong with an operation, in words; then it is taken as it is. */
  losses(attempt: Attempt): string[] {
    const { order, answer } = attempt
    const losses = order.command === 'undo' ? this.#undoing(attempt) : PATHS.flatMap((path) => SIDES.flatMap((side) => this.#atPath(attempt, order, path, side)))
    if (order.command !== 'undo') losses.push(...this.#massOf(attempt, order))
    if ('error' in answer && !attempt.failing && !attempt.unmounted) losses.push(`it failed: ${answer.error.stack}`)
    if ('summary' in answer && !attempt.failing) losses.push(...this.#untrue(attempt, answer.summary))
    this.#learn(attempt)
    return losses.map((loss) => `${order.command}: ${loss}`)
  }

  /** What is wrong with a status. */
  untruths({ items, counts, problems }: Status, now: Sides): string[] {
    const losses: string[] = []
    const listed = new Map(items.map((item) => [item.path, item]))
    const failed = new Set(problems.map(({ path }) => path))
    let equal = 0
    for (const path of PATHS) {
      if (now.blocked.has(path)) continue
      const [store, tree] = [saidBy('store', path, now), saidBy('tree', path, now)]
      const state = listed.get(path)?.state
      if (store === tree) {
        if (store !== undefined && state === undefined) equal++
        if (state !== undefined && !(isItem(path) && (state === 'tree-changed' || state === 'held'))) losses.push(`${path} is ${state}, and both sides hold ${quoted(store)}`)
      } else if (state === undefined) {
        if (!failed.has(path)) losses.push(`${path} is not listed, and differs: ${quoted(store)} and ${quoted(tree)}`)
      } else {
        const expected = this.#statesOf(path, store, tree)
        if (expected && !expected.includes(state)) losses.push(`${path} is ${state} instead of ${expected.join(' or ')}: ${quoted(store)} and ${quoted(tree)}`)
      }
    }
    if (now.blocked.size === 0 && counts['in-sync'] !== equal) losses.push(`${counts['in-sync']} are in sync instead of ${equal}`)
    return losses.map((loss) => `status: ${loss}`)
  }

  /** Looks at what a person did: what was held and is back is held no more. */
  glance(now: Sides): void {
    for (const [path, side] of this.#held) if (now[side].has(path)) this.#held.delete(path)
  }

  #statesOf(path: string, store: string | undefined, tree: string | undefined): readonly string[] | undefined {
    const known = this.#surely(path)
    if (!known || this.#undone.has(path)) return undefined
    const [agreed] = known
    if (store !== agreed && tree !== agreed) return ['conflict']
    if (tree === undefined) return ['store-only', 'held']
    if (store === undefined) return ['tree-only', 'held', ...(isItem(path) ? ['conflict'] : [])]
    // An item's file that says the same in other words was edited, too.
    return [store === agreed ? 'tree-changed' : 'store-changed', 'held', ...(isItem(path) ? ['conflict'] : [])]
  }

  #atPath(attempt: Attempt, order: Exclude<Order, { command: 'undo' }>, path: string, side: Side): string[] {
    const { before, after, history, meanwhile, answer } = attempt
    const other = side === 'store' ? 'tree' : 'store'
    const touched = meanwhile?.edit.path === path ? meanwhile : undefined
    const [was, is] = [before[side].get(path), after[side].get(path)]
    const losses: string[] = []
    const lose = (what: string): void => void losses.push(`${path}: ${what}`)
    // What a person wrote meanwhile was in nobody's comparison.
    if (touched?.edit.side === side) {
      if (is !== touched.wrote) lose(`${quoted(touched.wrote)}, which a person wrote into the ${side} meanwhile, was replaced by ${quoted(is)}`)
      if (was !== undefined && touched.replaced !== was && !history.kept.has(keptAs(side, path, was))) lose(`${quoted(was)} was overwritten in the ${side}, and is not in history`)
      return losses
    }
    if (is === was || after.blocked.has(path) !== before.blocked.has(path)) return losses
    const told = `the ${side} has ${quoted(is)} instead of ${quoted(was)}`
    if (was !== undefined && !history.kept.has(keptAs(side, path, was))) lose(`${quoted(was)} is gone from the ${side} and is not in history`)
    if (!inScope(order, path)) lose(`it was not asked for, and ${told}`)
    if (!mayWrite(order, side)) lose(`that side may not be written, and ${told}`)
    if (before.blocked.has(path)) lose(`nobody could read its file, and ${told}`)
    const [said, says, opposite] = [meaningOf(path, was), meaningOf(path, is), touched ? undefined : saidBy(other, path, before)]
    const forced = isForced(order, side)
    const merged = mayMerge(order, this.#onConflict) && isMixture(path, says, said, saidBy(other, path, before))
    const undone = this.#undone.get(path)
    if (undone && order.command !== 'resolve' && !forced && !touched && SIDES.every((one) => before[one].get(path) === undone[one])) lose(`an undo took this back, and ${told}`)
    if (is === undefined) {
      if (!mayDelete(order, side)) lose('it was deleted without leave')
      if (!touched && opposite !== undefined) lose(`it was deleted from the ${side} although the ${other} has it`)
      if (!this.#mayAgreeOn(path, said) && !forced) lose(`an edit was deleted: ${quoted(was)}`)
      if (this.#isNew(path) && !isNamed(order, path)) lose('what was never on both sides was deleted')
      if (this.#held.get(path) === other && order.command !== 'resolve') lose(`its deletion was held, and ${quoted(was)} was deleted`)
      return losses
    }
    if (!touched && says !== opposite && !merged) lose(`nobody wrote ${quoted(is)} into the ${other}, which had ${quoted(opposite)}`)
    const written = order.command === 'export' && was === undefined
    if (!this.#mayAgreeOn(path, said) && !forced && !merged && !written) lose(`an edit was overwritten: ${told}`)
    if (side === 'store') {
      const file = before.tree.get(path) ?? ''
      if (order.command !== 'resolve' && !touched && file.trim() === '' && (was ?? 'something').trim() !== '') lose(`a file without a word emptied its row, which had ${quoted(was)}`)
      if (!isItem(path) && is.includes('\0')) lose('a NUL got into a text')
    }
    if ('summary' in answer && order.command === 'resolve' && !isNamed(order, path) && this.#isPlain(path, before)) lose(`nothing waited there for a person, and ${told}`)
    return losses
  }

  /** Only one side changed, both are there, and nothing is held that this model knows of. */
  #isPlain(path: string, before: Sides): boolean {
    const known = this.#surely(path)
    if (!known || this.#undone.has(path)) return false
    const [store, tree] = [saidBy('store', path, before), saidBy('tree', path, before)]
    return store !== undefined && tree !== undefined && known.has(tree) && !known.has(store)
  }

  /** Limits of deletions: never the last one, and never more than a share. */
  #massOf({ before, after, meanwhile }: Attempt, order: Exclude<Order, { command: 'undo' }>): string[] {
    if (order.command === 'resolve') return []
    const losses: string[] = []
    for (const side of SIDES) {
      const lost = side === 'store' ? 'tree' : 'store'
      const gone = PATHS.filter((path) => before[side].has(path) && !after[side].has(path) && meanwhile?.edit.path !== path)
      if (gone.length === 0) continue
      const tracked = PATHS.filter((path) => !this.#isNew(path))
      if (tracked.every((path) => !before[lost].has(path))) losses.push(`nothing was left in the ${lost}, and ${gone.join(', ')} went from the ${side} as well`)
      for (const [collection, paths] of Map.groupBy(gone, collectionOf)) {
        const all = tracked.filter((path) => collectionOf(path) === collection)
        const allowed = Math.max(1, Math.floor(all.length / 4))
        const missing = all.filter((path) => inScope(order, path) && !this.#mayAgreeOn(path, undefined) && !before[lost].has(path) && !before.blocked.has(path) && before[side].has(path))
        if (Math.max(paths.length, missing.length) > allowed) losses.push(`${missing.length} of ${all.length} ${collection} were gone from the ${lost}, and ${paths.join(', ')} went from the ${side}`)
      }
    }
    return losses
  }

  /** What a summary claims, and what really happened. */
  #untrue(attempt: Attempt, summary: Summary): string[] {
    const { order, before, after, calm, unmounted } = attempt
    const losses: string[] = []
    const named = new Set([...summary.conflicts, ...summary.holds, ...summary.problems, ...summary.deletions].map(({ path }) => path))
    for (const { path, code } of [...summary.conflicts, ...summary.holds]) {
      if (code !== 'changed-meanwhile' && !isItem(path) && !after.blocked.has(path) && !attempt.meanwhile && saidBy('store', path, after) === saidBy('tree', path, after)) losses.push(`${path} waits for a person (${code}), and both sides are equal`)
    }
    if (!calm) return losses
    const count = (side: Side, isThere: boolean): number => PATHS.filter((path) => after[side].get(path) !== before[side].get(path) && after[side].has(path) === isThere).length
    const counts = { exported: count('tree', true), removed: count('tree', false), deleted: count('store', false), imported: count('store', true) }
    const reworded = PATHS.filter((path) => isItem(path) && after.store.get(path) === before.store.get(path) && after.tree.has(path)).length
    for (const [name, number] of Object.entries(counts) as [keyof typeof counts, number][]) {
      const most = number + (name === 'imported' ? reworded : 0)
      if (summary[name] < number || summary[name] > most) losses.push(`it tells of ${summary[name]} ${name} instead of ${number}`)
    }
    if (unmounted) return losses
    for (const path of PATHS) {
      if (!inScope(order, path) || named.has(path)) continue
      if (after.blocked.has(path)) {
        if (order.command === 'sync' && this.#surely(path)?.has(undefined) === false) losses.push(`${path} cannot be read, and nobody was told`)
        continue
      }
      const [store, tree] = [saidBy('store', path, after), saidBy('tree', path, after)]
      if (store === tree) continue
      const waits = order.command === 'sync' ? false : order.command === 'export' ? !this.#surely(path)?.has(tree) || store === undefined : order.command === 'import' ? !this.#surely(path)?.has(store) || tree === undefined : !isNamed(order, path)
      if (!waits) losses.push(`${path} differs, and nobody was told: ${quoted(store)} and ${quoted(tree)}`)
    }
    return losses
  }

  #undoing(attempt: Attempt): string[] {
    const { before, after, history, answer, calm, meanwhile } = attempt
    const losses: string[] = []
    const known = 'undone' in answer ? this.#known.get(answer.undone.operation) : undefined
    for (const path of PATHS) {
      for (const side of SIDES) {
        const [was, is] = [before[side].get(path), after[side].get(path)]
        if (meanwhile?.edit.path === path || is === was) continue
        if (was !== undefined && !history.kept.has(keptAs(side, path, was))) losses.push(`${path}: ${quoted(was)} is gone from the ${side} and is not in history`)
        if (is !== undefined && !history.kept.has(keptAs(side, path, is))) losses.push(`${path}: ${quoted(is)} came into the ${side} and was never in history`)
        if (known && !known.partial && !known.changes.some((one) => one.side === side && one.path === path && one.after === was && one.before === is)) {
          losses.push(`${path}: the operation did not change it from ${quoted(is)} to ${quoted(was)} in the ${side}`)
        }
      }
    }
    if (!known || known.partial || !calm || !('undone' in answer)) return losses
    const { conflicts, problems } = answer.undone
    const left = new Set([...conflicts, ...problems].map(({ path }) => path))
    const differs = new Set(known.changes.filter(({ side, path, after: since }) => before[side].get(path) !== since).map(({ path }) => path))
    for (const { side, path, before: earlier } of known.changes) {
      if (left.has(path) || before.blocked.has(path) || attempt.unmounted) continue
      if (!differs.has(path) && after[side].get(path) !== earlier) losses.push(`${path}: the ${side} has ${quoted(after[side].get(path))} and not ${quoted(earlier)} again`)
    }
    for (const { path } of conflicts) if (!differs.has(path) && !before.blocked.has(path)) losses.push(`${path} was left alone although nobody changed it since`)
    return losses
  }

  /** Takes an operation into account. */
  #learn(attempt: Attempt): void {
    const { order, before, after, history, answer, calm, meanwhile } = attempt
    const agreed = new Map(this.#agreed)
    // What a first export creates is in no history.
    const mayBeFirst = PATHS.every((path) => this.#mayAgreeOn(path, undefined))
    if (order.command === 'undo') this.#learnUndo(attempt)
    else this.#learnCycle(attempt, order)
    const fresh = history.operations.filter((id) => !this.#seen.has(id))
    const changes = PATHS.flatMap((path) => SIDES.flatMap((side): Change[] => {
      const change = { side, path, before: before[side].get(path), after: after[side].get(path) }
      return change.before === change.after || meanwhile?.edit.path === path ? [] : [change]
    }))
    for (const id of fresh) {
      this.#seen.add(id)
      this.#known.set(id, { changes, agreed, partial: !calm || mayBeFirst || fresh.length > 1 })
    }
    if (!('summary' in answer) || !calm) return
    for (const { path, code } of answer.summary.conflicts) if (code !== 'changed-meanwhile') this.#held.delete(path)
    for (const { path, code } of answer.summary.holds) {
      const lost = SIDES.filter((side) => !after[side].has(path) && !after.blocked.has(path))
      if ((code === 'mass-deletion' || code === 'tree-emptied') && lost.length === 1) this.#held.set(path, lost[0]!)
    }
  }

  /** What is equal now both sides have agreed on, if the cycle came to its end; otherwise they may have, or on something that was there in between. */
  #learnCycle({ before, after, answer, calm, failing, meanwhile }: Attempt, order: Exclude<Order, { command: 'undo' }>): void {
    const troubled = new Set('summary' in answer ? answer.summary.problems.map(({ path }) => path) : PATHS)
    for (const path of PATHS) {
      const agreed = this.#agreed.get(path)
      if (!inScope(order, path) || after.blocked.has(path)) continue
      const [store, tree] = [saidBy('store', path, after), saidBy('tree', path, after)]
      if (calm) {
        if (store === tree && !troubled.has(path)) this.#agreed.set(path, new Set([store]))
      } else if (agreed) {
        const common = store === tree ? [store] : []
        const between = meanwhile?.edit.path === path || failing ? [saidBy('store', path, before), saidBy('tree', path, before), meaningOf(path, meanwhile?.replaced)] : []
        this.#agreed.set(path, new Set([...agreed, ...common, ...between]))
      }
    }
    for (const [path, pair] of this.#undone) {
      if (order.command === 'resolve' || SIDES.some((side) => after[side].get(path) !== pair[side])) this.#undone.delete(path)
    }
  }

  /** An undo brings back what both sides had agreed on, too, and what differs then stays so. */
  #learnUndo({ answer, calm, before, after }: Attempt): void {
    if (!calm || !('undone' in answer)) {
      this.#agreed.clear()
      this.#held.clear()
      return
    }
    const { operation, rows, files, conflicts, problems } = answer.undone
    const known = this.#known.get(operation)
    const left = new Set([...conflicts, ...problems].map(({ path }) => path))
    for (const path of new Set([...rows, ...files])) {
      this.#held.delete(path)
      const agreed = known?.agreed.get(path)
      if (!known || known.partial || !agreed || before.blocked.has(path)) this.#agreed.delete(path)
      else this.#agreed.set(path, agreed)
      const sides = this.#surely(path)
      const [store, tree] = [saidBy('store', path, after), saidBy('tree', path, after)]
      // Where both differ from what was agreed on it is a conflict like any other.
      if (!left.has(path) && store !== tree && (sides?.has(store) || sides?.has(tree))) this.#undone.set(path, { store: after.store.get(path), tree: after.tree.get(path) })
    }
  }

  #surely(path: string): ReadonlySet<string | undefined> | undefined {
    const agreed = this.#agreed.get(path)
    return agreed?.size === 1 ? agreed : undefined
  }

  #mayAgreeOn(path: string, content: string | undefined): boolean {
    return this.#agreed.get(path)?.has(content) ?? true
  }

  /** Whether both sides certainly never had it. */
  #isNew(path: string): boolean {
    return this.#surely(path)?.has(undefined) === true
  }
}

function saidBy(side: Side, path: string, { [side]: contents }: Readonly<Record<Side, Contents>>): string | undefined {
  return side === 'store' ? contents.get(path) : meaningOf(path, contents.get(path))
}

function below(names: readonly string[], path: string): boolean {
  return names.some((name) => name === '' || name === path || path.startsWith(`${name}/`))
}

function inScope(order: Order, path: string): boolean {
  if (order.command === 'undo') return true
  if (order.command === 'resolve') return below(order.paths, path)
  if (order.command === 'import') return order.paths === undefined || below(order.paths, path)
  switch (order.only?.[0]) {
    case undefined:
      return true
    case '*.html':
      return path.endsWith('.html') && path !== 'south/b.html'
    default:
      return path.startsWith(order.only![0]!.slice(1))
  }
}

function isNamed(order: Order, path: string): boolean {
  return order.command === 'resolve' && order.paths.includes(path)
}

function mayWrite(order: Order, side: Side): boolean {
  if (order.command === 'export') return side === 'tree'
  if (order.command === 'import') return side === 'store'
  return order.command !== 'resolve' || order.prefer !== side
}

function isForced(order: Order, side: Side): boolean {
  if (order.command === 'export' || order.command === 'import') return order.force
  return order.command === 'resolve' && order.prefer !== side && order.prefer !== 'merge'
}

function mayDelete(order: Order, side: Side): boolean {
  switch (order.command) {
    case 'export':
      return order.prune && side === 'tree'
    case 'import':
      return order.delete && side === 'store'
    case 'sync':
      return side === 'tree' ? order.prune : order.delete
    case 'resolve':
      return order.prefer !== 'merge' && order.prefer !== side
    case 'undo':
      return true
  }
}

function mayMerge(order: Order, onConflict: Story['onConflict']): boolean {
  return (order.command === 'sync' && onConflict === 'merge') || (order.command === 'resolve' && order.prefer === 'merge')
}

/** Whether each line is one of either version. */
function isMixture(path: string, merged: string | undefined, one: string | undefined, other: string | undefined): boolean {
  if (merged === undefined || one === undefined || other === undefined) return false
  const partsOf = (text: string): string[] => (isItem(path) && !text.startsWith('no item') ? Object.entries(JSON.parse(text) as object).map((entry) => JSON.stringify(entry)) : text.split(/(?<=\n)/))
  const parts = new Set([one, other].flatMap(partsOf))
  return partsOf(merged).every((part) => parts.has(part))
}
