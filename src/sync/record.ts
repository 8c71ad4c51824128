import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import * as job from '../tree/job.ts'
import type { ItemProblem, StageJob, StageResult } from '../tree/job.ts'
import { isSettled } from '../tree/stat.ts'
import type { Problem } from '../types.ts'
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
    const kept = staged.flatMap(({ packed, result }) => result.kept.map(({ index, bytes }) => ({ path: packed.items[index]!.path, bytes })))
    if (kept.length === 0) return
    for (const { path, bytes } of kept) this.#baseline.keep({ path, side: 'tree', operation: 'force', bytes })
    this.#baseline.checkpoint()
  }

  /**
   * Records what became of a job's files.
   *
   * @param clock the filesystem's clock at a moment since which the files can only have been changed by others
   */
  record(one: StagedJob, published: readonly ItemProblem[], clock: number): void {
    const { table } = one.work
    for (const [index, item] of one.packed.items.entries()) {
      const at = index * job.FIELDS
      const outcome = table[at + job.OUTCOME]
      const size = one.packed.ends[index]! - (index === 0 ? 0 : one.packed.ends[index - 1]!)
      switch (outcome) {
        case job.UNCHANGED:
          this.#tally.unchanged++
          break
        case job.REFRESHED: {
          this.#tally.unchanged++
          const stat = { size, mtime: table[at + job.MTIME]!, inode: table[at + job.INODE]! }
          if (!this.#dryRun) this.#baseline.refresh(item.path, stat, isSettled(stat.mtime, one.work.clock))
          break
        }
        case job.ADOPTED:
          this.#tally.adopted++
          this.#put(one, index, one.work.clock)
          break
        case job.STAGED:
        case job.PUBLISHED:
          this.#tally.exported++
          this.#tally.bytes += size
          this.#put(one, index, clock)
          break
        case job.PENDING:
          this.#tally.pending++
          break
        case job.CONFLICT:
          if (!published.some((problem) => problem.index === index)) this.#tally.conflicts.push(conflict(item.path, one.known))
          break
        default:
      }
    }
    for (const problem of [...one.result.problems, ...published]) this.#report(one, problem)
  }

  #put({ packed, known, work, result, place }: StagedJob, index: number, clock: number): void {
    if (this.#dryRun) return
    const { collection, key, path } = packed.items[index]!
    const at = index * job.FIELDS
    const stat = { size: work.table[at + job.SIZE]!, mtime: work.table[at + job.MTIME]!, inode: work.table[at + job.INODE]! }
    const entry = {
      path,
      collection,
      key: JSON.stringify(key),
      digest: job.digestAt(result.digests, index)!,
      stat,
      settled: isSettled(stat.mtime, clock),
      place: { pack: place!.pack, offset: place!.offsets[index]! },
    }
    this.#baseline.put(entry, known.get(path))
  }

  #report({ packed }: StagedJob, { index, ...problem }: ItemProblem): void {
    const list = problem.code === 'changed-meanwhile' ? this.#tally.conflicts : this.#tally.problems
    list.push({ path: packed.items[index]!.path, ...problem })
  }
}

function conflict(path: string, known: ReadonlyMap<string, BaselineEntry>): Problem {
  return known.has(path)
    ? { path, code: 'changed-on-both-sides', message: `${path} was edited, and its row changed too; neither was touched` }
    : { path, code: 'file-in-the-way', message: `${path} is a file that rowtree did not write, and its row has other content; neither was touched` }
}
