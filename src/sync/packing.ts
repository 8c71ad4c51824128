import type { BaselineEntry } from '../baseline/baseline.ts'
import * as job from '../tree/job.ts'
import { tempPrefix } from '../tree/temp.ts'
import type { Digest, Row } from '../types.ts'

/** Rows of one job at the most: enough to hide the cost of a message, few enough to share the work evenly. */
export const JOB_ROWS = 256

/** Bytes that a job's contents may usually take. */
const SLAB_BYTES = 512 * 1024

/** A row on its way to be compared with its file, without its content, which lies in a slab. */
export interface Item extends Pick<Row, 'collection' | 'key' | 'path'> {
  readonly directory: string
  /** Its directory was made by this cycle. */
  readonly fresh: boolean
  /** There is no such row: only the tree or the baseline has the path. */
  readonly rowless: boolean
  /** Its content need not be text. */
  readonly binary: boolean
  /** The digest of a structured row's own content, whose words are not the file's; else empty. */
  readonly source: Digest | ''
}

/** Items whose contents lie encoded in a slab, each up to its end. */
export interface Packed {
  readonly items: readonly Item[]
  readonly ends: readonly number[]
  readonly slab: SharedArrayBuffer
  readonly contents: Uint8Array
}

const encoder = new TextEncoder()

/**
 * Encodes rows, one after another, into shared memory, and cuts them into jobs. The memory of
 * finished jobs is used again: allocating and clearing it anew would cost as much as hashing it.
 */
export class Packer {
  readonly #free: SharedArrayBuffer[] = []
  #items: Item[] = []
  #ends: number[] = []
  #slab = new SharedArrayBuffer(0)
  #bytes: Uint8Array = new Uint8Array(0)
  #used = 0

  /** Adds a row with its content. Returns the finished job when it did not fit into that any more. */
  add(item: Item, content: Row['content']): Packed | undefined {
    let packed: Packed | undefined
    if (this.#items.length === JOB_ROWS || !this.#write(content)) {
      packed = this.take()
      if (!this.#write(content)) throw new RangeError(`${item.path} does not fit into memory made for it`)
    }
    this.#items.push(item)
    this.#ends.push(this.#used)
    return packed
  }

  /** Closes the job that is being filled; `undefined` when it is empty. */
  take(): Packed | undefined {
    const items = this.#items
    if (items.length === 0) return undefined
    const packed = { items, ends: this.#ends, slab: this.#slab, contents: this.#bytes.subarray(0, this.#used) }
    this.#items = []
    this.#ends = []
    this.#slab = new SharedArrayBuffer(0)
    this.#bytes = new Uint8Array(0)
    this.#used = 0
    return packed
  }

  /** Gives a slab back once nobody reads it any more. */
  recycle(slab: SharedArrayBuffer): void {
    if (slab.byteLength === SLAB_BYTES) this.#free.push(slab)
  }

  /** Appends a content; `false` when the current slab is too full for it. */
  #write(content: string | Uint8Array): boolean {
    if (this.#items.length === 0) this.#open(content)
    const room = this.#bytes.subarray(this.#used)
    if (content.length > room.length) return false
    if (typeof content !== 'string') {
      room.set(content)
      this.#used += content.length
      return true
    }
    const { read, written } = encoder.encodeInto(content, room)
    if (read < content.length) return false
    this.#used += written
    return true
  }

  #open(content: string | Uint8Array): void {
    const bytes = content.length * 3 <= SLAB_BYTES ? 0 : typeof content === 'string' ? Buffer.byteLength(content) : content.length
    this.#slab = bytes > SLAB_BYTES ? new SharedArrayBuffer(bytes) : (this.#free.pop() ?? new SharedArrayBuffer(SLAB_BYTES))
    this.#bytes = new Uint8Array(this.#slab)
    this.#used = 0
  }
}

/** Completes a job with what the baseline knows of its rows. */
export function toStageJob(
  packed: Packed,
  known: ReadonlyMap<string, BaselineEntry>,
  options: Omit<job.StageJob, 'prefix' | 'paths' | 'known' | 'table' | 'contents' | 'undone'>,
  undone: ReadonlyMap<string, string>,
  torn: ReadonlySet<string>,
): job.StageJob {
  const table = new Float64Array(new SharedArrayBuffer(packed.items.length * job.FIELDS * Float64Array.BYTES_PER_ELEMENT))
  const digests: string[] = []
  const back = new Map<number, string>()
  for (const [index, { path, fresh, rowless, binary }] of packed.items.entries()) {
    const entry = known.get(path)
    const sides = undone.get(path)
    if (sides !== undefined) back.set(index, sides)
    const at = index * job.FIELDS
    table[at + job.END] = packed.ends[index]!
    table[at + job.FLAGS] = (entry ? job.KNOWN : 0) | (entry?.settled ? job.SETTLED : 0) | (fresh ? job.FRESH : 0) | (rowless ? job.ROWLESS : 0) | (binary ? job.BINARY : 0) | (torn.has(path) ? job.TORN : 0)
    digests.push(entry?.digest ?? job.NO_DIGEST)
    if (!entry) continue
    table[at + job.SIZE] = entry.stat.size
    table[at + job.MTIME] = entry.stat.mtime
    table[at + job.INODE] = entry.stat.inode
  }
  return {
    ...options,
    undone: back,
    prefix: tempPrefix(),
    paths: packed.items.map((item) => item.path).join('\n'),
    known: digests.join(''),
    table,
    contents: packed.contents,
  }
}
