import { type Baseline, type Operation, storedIn, type Stored } from '../../src/baseline/baseline.ts'
import { enter, entry, open, overwritten, store, storedAt, text, textAt } from './fixtures.ts'

interface Kept {
  readonly id: number
  readonly operation: number
  readonly path: string
  readonly before: string | undefined
  readonly base: string | undefined
  readonly bytes: number
}

/** A baseline in plain words. */
interface Model {
  entries: Map<string, string>
  records: Kept[]
  operations: { id: number; at: number }[]
  own: number | undefined
  /** The last number that was given to an operation. */
  numbers: number
}

/** All that can be read of a baseline. */
interface Picture {
  readonly entries: ReadonlyMap<string, string>
  readonly operations: readonly Operation[]
  /** By operation. */
  readonly records: readonly (readonly Pick<Kept, 'path' | 'before' | 'base'>[])[]
}

export type Step =
  | { readonly do: 'enter'; readonly contents: Readonly<Record<string, string>> }
  | { readonly do: 'bring back'; readonly path: string; readonly which: number }
  /** Stores contents that nothing comes to refer to. */
  | { readonly do: 'waste' }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'record'; readonly records: readonly { readonly path: string; readonly before: string | null; readonly base: string | null }[] }
  | { readonly do: 'retract'; readonly which: readonly number[] }
  | { readonly do: 'expire'; readonly maxAge: number; readonly maxSize: number }
  | { readonly do: 'checkpoint' | 'commit' | 'rollback' | 'reopen' }

/** Runs steps on a baseline and on its model alike. */
export class Trial {
  readonly #path: string
  baseline: Baseline
  model: Model = { entries: new Map(), records: [], operations: [], own: undefined, numbers: 0 }
  committed: Model = structuredClone(this.model)
  now = 0

  constructor(file: string) {
    this.#path = file
    this.baseline = this.open()
  }

  open(): Baseline {
    const baseline = open(this.#path, { slack: 0, clock: () => this.now })
    baseline.begin()
    return baseline
  }

  run(one: Step): void {
    this.now += 7
    const { baseline, model } = this
    switch (one.do) {
      case 'enter':
        enter(baseline, one.contents)
        for (const [name, value] of Object.entries(one.contents)) model.entries.set(name, value)
        break
      case 'bring back': {
        const all = model.operations.flatMap(({ id }) => baseline.records(id)).flatMap(({ before, base }) => [before, base])
        const stored = all.filter((some) => some !== undefined)
        const chosen = stored[one.which % stored.length]
        if (!chosen) break
        baseline.put(entry(one.path, chosen), baseline.find([one.path]).get(one.path))
        model.entries.set(one.path, text(baseline, chosen)!)
        break
      }
      case 'waste':
        store(baseline, ['waste'])
        break
      case 'remove': {
        const found = baseline.find([one.path]).get(one.path)
        if (found) baseline.remove(found)
        model.entries.delete(one.path)
        break
      }
      case 'record':
        this.record(one.records)
        break
      case 'retract': {
        const mine = model.records.filter(({ operation }) => operation === model.own)
        const ids = new Set(one.which.flatMap((which) => mine[which % mine.length]?.id ?? []))
        baseline.retract([...ids])
        model.records = model.records.filter(({ id }) => !ids.has(id))
        break
      }
      case 'expire':
        baseline.expire(one)
        this.expire(one.maxAge, one.maxSize)
        break
      case 'checkpoint':
        baseline.checkpoint()
        this.committed = structuredClone(model)
        break
      case 'commit':
        baseline.commit()
        this.committed = structuredClone(model)
        baseline.begin()
        break
      case 'rollback':
        baseline.rollback()
        this.model = structuredClone(this.committed)
        baseline.begin()
        break
      case 'reopen':
        baseline.close()
        this.baseline = this.open()
        this.committed.own = undefined
        this.model = structuredClone(this.committed)
    }
  }

  record(records: (Step & { do: 'record' })['records']): void {
    const { baseline, model } = this
    const made = records.map(({ path: name, before, base }) => {
      return overwritten(name, { before: before === null ? storedAt(baseline, name) : store(baseline, [before])[0], base: base === null ? undefined : storedAt(baseline, base) })
    })
    const ids = baseline.record(made)
    if (records.length > 0 && model.own === undefined) {
      model.own = ++model.numbers
      model.operations.push({ id: model.own, at: this.now })
    }
    for (const [index, { path: name, before, base }] of made.entries()) {
      const bytes = samePlace(before, base) ? before!.size : (before?.size ?? 0) + (base?.size ?? 0)
      model.records.push({ id: ids[index]!, operation: model.own!, path: name, before: text(baseline, before), base: text(baseline, base), bytes })
    }
  }

  expire(maxAge: number, maxSize: number): void {
    const [newest, ...older] = this.operations()
    let sum = newest?.bytes ?? 0
    let beyond = false
    for (const { id, at, bytes } of older) {
      if (sum + bytes > maxSize) beyond = true
      if (beyond || this.now - at > maxAge) this.model.records = this.model.records.filter(({ operation }) => operation !== id)
      else sum += bytes
    }
  }

  /** Those of the model that have records, newest first. */
  operations(): Operation[] {
    const { operations, records } = this.model
    return operations
      .map(({ id, at }) => {
        const its = records.filter(({ operation }) => operation === id)
        return { id, at, command: 'test', records: its.length, bytes: its.reduce((sum, { bytes }) => sum + bytes, 0), undoneBy: undefined }
      })
      .filter(({ records: n }) => n > 0)
      .toReversed()
  }

  /** What the baseline says, with all contents. */
  seen(): Picture {
    const { baseline } = this
    return {
      entries: new Map([...baseline.paths()].map((path) => [path, textAt(baseline, path)!])),
      operations: baseline.operations(1000),
      records: this.operations().map(({ id }) =>
        baseline.records(id).map(({ path, before, base }) => ({ path, before: text(baseline, before), base: text(baseline, base) })),
      ),
    }
  }

  /** What it should say. */
  expected(): Picture {
    const { entries, records } = this.model
    const operations = this.operations()
    const recordsOf = (id: number): Picture['records'][number] =>
      records
        .filter(({ operation }) => operation === id)
        .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.id - b.id))
        .map(({ path, before, base }) => ({ path, before, base }))
    return { entries, operations, records: operations.map(({ id }) => recordsOf(id)) }
  }

  /** What the accounts of the packs should be: the bytes that are referred to, by pack. */
  references(): Map<number, number> {
    const { baseline } = this
    const entries = [...baseline.find([...baseline.paths()]).values()].map(storedIn)
    const records = this.operations().flatMap(({ id }) => baseline.records(id))
    const kept = records.flatMap(({ before, base }) => (samePlace(before, base) ? [before] : [before, base]))
    const sums = new Map<number, number>()
    for (const { size, place } of [...entries, ...kept.filter((one) => one !== undefined)]) {
      if (size > 0) sums.set(place.pack, (sums.get(place.pack) ?? 0) + size)
    }
    return sums
  }
}

function samePlace(a: Stored | undefined, b: Stored | undefined): boolean {
  return a !== undefined && b !== undefined && a.place.pack === b.place.pack && a.place.offset === b.place.offset && a.size === b.size
}
