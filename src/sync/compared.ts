import type { BaselineEntry } from '../baseline/baseline.ts'
import * as job from '../tree/job.ts'
import type { FoundFile, StageJob, StageResult } from '../tree/job.ts'
import type { FileStat } from '../types.ts'
import type { Packed } from './packing.ts'

/** A job that was compared with the tree. */
export interface Compared {
  readonly packed: Packed
  readonly known: ReadonlyMap<string, BaselineEntry>
  readonly work: StageJob
  readonly result: StageResult
}

/** The stat that a job's table tells of the file at `at`. */
export function statAt(table: Float64Array, at: number): FileStat {
  return { size: table[at + job.SIZE]!, mtime: table[at + job.MTIME]!, inode: table[at + job.INODE]! }
}

/** The bytes of a found file, if they travelled along. */
export function spanOf({ result }: Compared, { span }: FoundFile): Uint8Array | undefined {
  if (!span) return undefined
  return result.taken ? new Uint8Array(result.taken, span[0], span[1] - span[0]) : new Uint8Array(0)
}

/** The content of the row at this index of the job, in memory that is used again. */
export function contentOf({ packed }: Compared, index: number): Uint8Array {
  return packed.contents.subarray(packed.ends[index - 1] ?? 0, packed.ends[index]!)
}
