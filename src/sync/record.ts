import { type Baseline, type HistoryRecord, keepContent, type Stored, storedIn } from '../baseline/baseline.ts'
import { readBelow } from '../tree/anchor.ts'
import * as job from '../tree/job.ts'
import type { ItemProblem } from '../tree/job.ts'
import { isSettled } from '../tree/stat.ts'
import type { Agenda } from './agenda.ts'
import { type Compared, spanOf, statAt } from './compared.ts'
import type { Packed } from './packing.ts'
import type { Tally } from './tally.ts'

/** A job between its two phases. */
export interface StagedJob extends Compared {
  /** Where the baseline keeps the contents that are new to it. */
  readonly place: PackPlace | undefined
  /** The numbers of its history records, by index. */
  readonly records: Map<number, number>
}

/** The pack of a job's new contents, with the offset of each by its index in the job. */
export interface PackPlace {
  readonly pack: number
  readonly offsets: readonly number[]
}

/** Turns outcomes into baseline entries, history, and counts. */
export class Recorder {
  readonly #baseline: Baseline
  readonly #tally: Tally
  readonly #agenda: Agenda
  readonly #dryRun: boolean

  constructor(baseline: Baseline, tally: Tally, agenda: Agenda, dryRun: boolean) {
    this.#baseline = baseline
    this.#tally = tally
    this.#agenda = agenda
    this.#dryRun = dryRun
  }

  hasStaged({ packed, work }: StagedJob): boolean {
    return packed.items.some((_, index) => work.table[index * job.FIELDS + job.OUTCOME] === job.STAGED) && !this.#dryRun
  }

  /** Puts the contents that are new to the baseline into a pack. */
  store(packed: Packed, table: Float64Array): PackPlace | undefined {
    if (this.#dryRun) return undefined
    const offsets: number[] = []
    const parts: Uint8Array[] = []
    let length = 0
    for (const [index, end] of packed.ends.entries()) {
      const at = index * job.FIELDS
      const outcome = table[at + job.OUTCOME]
      if (outcome !== job.STAGED && outcome !== job.ADOPTED) continue
      const start = index === 0 ? 0 : packed.ends[index - 1]!
      offsets[index] = length
      parts.push(packed.contents.subarray(start, end))
      length += end - start
    }
    if (parts.length === 0) return undefined
    // The usual case, a whole new job, needs no copy.
    const pack = this.#baseline.addPack(parts.length === packed.ends.length ? packed.contents : Buffer.concat(parts))
    return { pack, offsets }
  }

  /** Puts into history what staged files are going to replace, or that they are new, and makes it safe before that happens. */
  keep(staged: readonly StagedJob[]): void {
    const kept = staged.filter((one) => this.#remember(one))
    if (kept.length > 0) this.#baseline.checkpoint()
  }

  /**
   * Enters a job's staged, published and adopted files into the baseline. In a first export that happens ahead of their publication:
   * while threads still write, this thread has time for it, and nothing counts before the commit.
   */
  enter({ packed, known, work, result, place }: StagedJob): void {
    if (this.#dryRun || !place) return
    const { table } = work
    for (const [index, { collection, key, path, source }] of packed.items.entries()) {
      const at = index * job.FIELDS
      const outcome = table[at + job.OUTCOME]
      if (outcome !== job.STAGED && outcome !== job.ADOPTED && outcome !== job.PUBLISHED) continue
      const stat = statAt(table, at)
      const entry = {
        path,
        collection,
        key: JSON.stringify(key),
        digest: job.digestAt(result.digests, index)!,
        source,
        stat,
        settled: outcome !== job.ADOPTED || isSettled(stat.mtime, work.clock),
        place: { pack: place.pack, offset: place.offsets[index]! },
      }
      this.#baseline.put(entry, known.get(path))
    }
  }

  /** Whether the job has anything to be remembered. */
  #remember(one: StagedJob): boolean {
    const { packed, known, work, result, records } = one
    const found = new Map(result.found.map((file) => [file.index, file]))
    const made: [index: number, record: HistoryRecord][] = []
    for (const [index, { path, collection, key }] of packed.items.entries()) {
      const at = index * job.FIELDS
      if (work.table[at + job.OUTCOME] !== job.STAGED) continue
      const entry = known.get(path)
      const base = entry && storedIn(entry)
      const file = found.get(index)
      const bytes = file && spanOf(one, file)
      const isNew = work.table[at + job.SEEN_INODE] === -1
      const before = isNew ? undefined : bytes ? keepContent(this.#baseline, bytes, file.digest!) : this.#agreed(base, work.root, path)
      const after = job.digestAt(result.digests, index)
      made.push([index, { path, collection, key: JSON.stringify(key), side: 'tree', before, after, base, rest: undefined }])
    }
    if (made.length === 0) return false
    const ids = this.#baseline.record(made.map(([, record]) => record))
    for (const [position, [index]] of made.entries()) records.set(index, ids[position]!)
    return true
  }

  /** A file's content as the baseline has it, or, where that is damaged, once more: what is about to be replaced is the only copy. */
  #agreed(base: Stored | undefined, root: string, path: string): Stored | undefined {
    if (base === undefined || this.#baseline.holds(base)) return base
    const bytes = readBelow(root, path)?.bytes
    return bytes && keepContent(this.#baseline, bytes)
  }

  /**
   * Concludes a job whose files are in place: counts them, lists what needs a person, and takes back the
   * entries of files that were not published after all.
   *
   * @param clock the filesystem's clock when the first of the files could be seen
   */
  conclude(one: StagedJob, published: readonly ItemProblem[], clock: number): void {
    const { packed, work } = one
    const { table } = work
    for (const [index, item] of packed.items.entries()) {
      const at = index * job.FIELDS
      switch (table[at + job.OUTCOME]) {
        case job.UNCHANGED:
          this.#tally.unchanged++
          break
        case job.REFRESHED:
          this.#tally.unchanged++
          this.#refresh(item.path, table, at, work.clock)
          break
        case job.ADOPTED:
          this.#tally.adopted++
          break
        case job.FORGOTTEN:
          this.#tally.adopted++
          if (!this.#dryRun) this.#baseline.remove(one.known.get(item.path)!)
          break
        case job.STAGED:
        case job.PUBLISHED:
          this.#tally.did('exported', item.path, item.collection)
          this.#tally.bytes += packed.ends[index]! - (packed.ends[index - 1] ?? 0)
          if (!isSettled(table[at + job.MTIME]!, clock)) this.#refresh(item.path, table, at, clock)
          break
        case job.PENDING:
          this.#tally.pending++
          break
        default:
      }
    }
    for (const { index, ...rest } of [...one.result.problems, ...published]) {
      const problem = { path: packed.items[index]!.path, ...rest }
      if (problem.code === 'changed-meanwhile') this.#agenda.deferrals.push({ kind: 'conflict', problem, store: undefined, tree: undefined })
      else this.#tally.problems.push(problem)
    }
    if (!this.#dryRun) for (const { index } of published) this.#takeBack(one, index)
  }

  #refresh(path: string, table: Float64Array, at: number, clock: number): void {
    const stat = statAt(table, at)
    if (!this.#dryRun) this.#baseline.refresh(path, stat, isSettled(stat.mtime, clock))
  }

  /** Brings back what the baseline knew of a path before it was entered. */
  #takeBack({ packed, known, records }: StagedJob, index: number): void {
    const { path } = packed.items[index]!
    const record = records.get(index)
    if (record !== undefined) this.#baseline.retract([record])
    const entered = this.#baseline.find([path]).get(path)
    const before = known.get(path)
    if (!entered) return
    if (before) this.#baseline.put(before, entered)
    else this.#baseline.remove(entered)
  }
}
