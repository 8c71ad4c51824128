import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import * as job from '../tree/job.ts'
import type { ItemProblem, StageJob, StageResult } from '../tree/job.ts'
import { isSettled } from '../tree/stat.ts'
import type { FileStat, Problem } from '../types.ts'
import type { Packed } from './packing.ts'
import type { Tally } from './tally.ts'

/** A job between its two phases. */
export interface StagedJob {
  readonly packed: Packed
  readonly known: ReadonlyMap<string, BaselineEntry>
  readonly work: StageJob
  readonly result: StageResult
  /** Where the baseline keeps the contents that are new to it. */
  readonly place: PackPlace | undefined
}

/** The pack of a job's new contents, with the offset of each by its index in the job. */
export interface PackPlace {
  readonly pack: number
  readonly offsets: readonly number[]
}

/** Turns outcomes into baseline entries, counts, and the lists of what needs a person. */
export class Recorder {
  readonly #baseline: Baseline
  readonly #tally: Tally
  readonly #dryRun: boolean

  constructor(baseline: Baseline, tally: Tally, dryRun: boolean) {
    this.#baseline = baseline
    this.#tally = tally
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

  /** Puts contents that a person wrote and forced away into history, before anything replaces them. */
  keep(staged: readonly StagedJob[]): void {
    const kept = staged.flatMap(({ packed, result }) => result.kept.map(({ index, bytes }) => ({ path: packed.items[index]!.path, bytes: new Uint8Array(bytes) })))
    if (kept.length === 0) return
    for (const { path, bytes } of kept) this.#baseline.keep({ path, side: 'tree', operation: 'force', bytes })
    this.#baseline.checkpoint()
  }

  /**
   * Enters a job's staged and adopted files into the baseline, ahead of their publication: while threads
   * still write, this thread has time for it, and nothing counts before the commit.
   */
  enter({ packed, known, work, result, place }: StagedJob): void {
    if (this.#dryRun || !place) return
    const { table } = work
    for (const [index, { collection, key, path }] of packed.items.entries()) {
      const at = index * job.FIELDS
      const outcome = table[at + job.OUTCOME]
      if (outcome !== job.STAGED && outcome !== job.ADOPTED && outcome !== job.PUBLISHED) continue
      const stat = statAt(table, at)
      const entry = {
        path,
        collection,
        key: JSON.stringify(key),
        digest: job.digestAt(result.digests, index)!,
        stat,
        settled: outcome !== job.ADOPTED || isSettled(stat.mtime, work.clock),
        place: { pack: place.pack, offset: place.offsets[index]! },
      }
      this.#baseline.put(entry, known.get(path))
    }
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
    const listed = new Set(published.map(({ index }) => index))
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
        case job.STAGED:
        case job.PUBLISHED:
          this.#tally.exported++
          this.#tally.bytes += packed.ends[index]! - (packed.ends[index - 1] ?? 0)
          if (!isSettled(table[at + job.MTIME]!, clock)) this.#refresh(item.path, table, at, clock)
          break
        case job.PENDING:
          this.#tally.pending++
          break
        case job.CONFLICT:
          if (!listed.has(index)) this.#tally.conflicts.push(conflict(item.path, one.known))
          break
        default:
      }
    }
    for (const { index, ...problem } of [...one.result.problems, ...published]) {
      const { path } = packed.items[index]!
      const list = problem.code === 'changed-meanwhile' ? this.#tally.conflicts : this.#tally.problems
      list.push({ path, ...problem })
    }
    if (!this.#dryRun) for (const index of listed) this.#takeBack(packed.items[index]!.path, one.known)
  }

  #refresh(path: string, table: Float64Array, at: number, clock: number): void {
    const stat = statAt(table, at)
    if (!this.#dryRun) this.#baseline.refresh(path, stat, isSettled(stat.mtime, clock))
  }

  /** Brings back what the baseline knew of a path before it was entered. */
  #takeBack(path: string, known: ReadonlyMap<string, BaselineEntry>): void {
    const entered = this.#baseline.find([path]).get(path)
    const before = known.get(path)
    if (!entered) return
    if (before) this.#baseline.put(before, entered)
    else this.#baseline.remove(entered)
  }
}

function statAt(table: Float64Array, at: number): FileStat {
  return { size: table[at + job.SIZE]!, mtime: table[at + job.MTIME]!, inode: table[at + job.INODE]! }
}

function conflict(path: string, known: ReadonlyMap<string, BaselineEntry>): Problem {
  return known.has(path)
    ? { path, code: 'changed-on-both-sides', message: `${path} and its row both differ from what they last agreed on; neither was touched` }
    : { path, code: 'file-in-the-way', message: `${path} is a file that rowtree did not write, and its row has other content; neither was touched` }
}
