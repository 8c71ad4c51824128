import type { Licence, Step } from '../../src/core/direction.ts'
import { DEFAULT_GUARDS } from '../../src/core/guards.ts'
import { mergeTexts } from '../../src/core/merge.ts'
import { reconcile } from '../../src/core/reconcile.ts'
import type { Side } from '../../src/types.ts'
import { type Contents, planOf } from '../core/model.ts'

/** One content that an operation replaced or deleted, with what both sides had agreed on. */
interface Change {
  readonly side: Side
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly base: string | undefined
}

/** How far a cycle gets. */
export interface Course {
  /** Paths whose files cannot be read. */
  readonly unread: readonly string[]
  /** Dies after so many steps; of these the baseline knows so many. */
  readonly killed?: { readonly after: number; readonly known: number } | undefined
}

const OPEN: ReadonlySet<Step> = new Set(['export', 'import', 'remove-file', 'delete-row', 'merge'])

/** Both sides and the baseline as Maps, with every decision made by rowtree's core. */
export class World {
  store: ReadonlyMap<string, string>
  tree: ReadonlyMap<string, string>
  #baseline: ReadonlyMap<string, string>
  #held: ReadonlySet<string> = new Set()
  /** What an undo left, by path. */
  readonly #undone = new Map<string, string>()
  readonly #operations: (readonly Change[])[] = []

  constructor(rows: Contents) {
    this.store = rows
    this.tree = new Map()
    this.#baseline = new Map()
  }

  copy(): World {
    const world = new World(this.store)
    world.tree = this.tree
    world.#baseline = this.#baseline
    world.#held = this.#held
    for (const [path, sides] of this.#undone) world.#undone.set(path, sides)
    world.#operations.push(...this.#operations)
    return world
  }

  get operations(): number {
    return this.#operations.length
  }

  isKept(path: string, content: string): boolean {
    return this.#operations.some((changes) => changes.some((change) => change.path === path && change.before === content))
  }

  set(side: Side, path: string, content: string | undefined): void {
    const contents = new Map(this[side])
    if (content === undefined) contents.delete(path)
    else contents.set(path, content)
    this[side] = contents
  }

  /** What a cycle would do. */
  plan(licence: Licence, inScope: (path: string) => boolean): Map<string, Step> {
    const plan = planOf({ store: this.store, tree: this.tree, baseline: this.#baseline, history: new Set(), held: this.#held }, licence, DEFAULT_GUARDS, inScope)
    return new Map([...plan].map(([path, step]) => [path, OPEN.has(step) && this.#isUndone(path) ? 'hold' : step]))
  }

  /** One cycle; returns what is left for a person. */
  cycle(licence: Licence, inScope: (path: string) => boolean, { unread, killed }: Course): Set<string> {
    const plan = this.plan(licence, (path) => inScope(path) && !unread.includes(path))
    const waiting = new Set<string>()
    const [baseline, changes] = [new Map(this.#baseline), [] as Change[]]
    this.#held = new Set([...this.#held].filter((path) => !plan.has(path)))
    for (const [path, step] of plan) if (step === 'hold' && this.store.has(path) !== this.tree.has(path)) this.#held = new Set([...this.#held, path])
    for (const [number, [path, step]] of [...plan].entries()) {
      if (killed && number >= killed.after) break
      const done = this.#take(path, step, changes)
      if (!done) waiting.add(path)
      if (!done || (killed && number >= killed.known)) continue
      const agreed = this.tree.get(path)
      if (agreed === undefined) baseline.delete(path)
      else baseline.set(path, agreed)
    }
    if (changes.length > 0) this.#operations.push(changes)
    this.#baseline = baseline
    return waiting
  }

  /** Takes an operation back where nobody changed anything since; returns its changes. */
  undo(back: number): readonly Change[] {
    const operation = this.#operations.at(-1 - back) ?? []
    const mine: Change[] = []
    const baseline = new Map(this.#baseline)
    for (const [path, changes] of Map.groupBy(operation, (change) => change.path)) {
      if (changes.some(({ side, after }) => this[side].get(path) !== after)) continue
      for (const { side, before, base } of changes) {
        this.#put(side, path, before, mine)
        if (base === undefined) baseline.delete(path)
        else baseline.set(path, base)
      }
    }
    this.#baseline = baseline
    for (const { path } of mine) this.#undone.set(path, this.#sidesAt(path))
    if (mine.length > 0) this.#operations.push(mine)
    return operation
  }

  #take(path: string, step: Step, changes: Change[]): boolean {
    const [row, file] = [this.store.get(path), this.tree.get(path)]
    if (step === 'merge') {
      const { clean, text } = mergeTexts(this.#baseline.get(path), row!, file!)
      if (clean) for (const side of ['store', 'tree'] as const) this.#put(side, path, text, changes)
      return clean
    }
    if (step === 'export' || step === 'remove-file') this.#put('tree', path, row, changes)
    else if (step === 'import' || step === 'delete-row') this.#put('store', path, file, changes)
    return step !== 'hold' && step !== 'pending' && step !== 'conflict'
  }

  #put(side: Side, path: string, after: string | undefined, changes: Change[]): void {
    const before = this[side].get(path)
    if (before === after) return
    changes.push({ side, path, before, after, base: this.#baseline.get(path) })
    this.set(side, path, after)
  }

  #isUndone(path: string): boolean {
    return this.#undone.get(path) === this.#sidesAt(path) && reconcile(this.#baseline.get(path), this.store.get(path), this.tree.get(path)) !== 'conflict'
  }

  #sidesAt(path: string): string {
    return JSON.stringify([this.store.get(path) ?? null, this.tree.get(path) ?? null])
  }
}
