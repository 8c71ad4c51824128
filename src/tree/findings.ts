import type { Verdict } from '../core/guards.ts'
import type { Digest } from '../types.ts'
import type { FoundFile, ItemProblem, RacyFile } from './job.ts'
import { TOO_LARGE } from './target.ts'

/** Bytes that travel back from one job at the most; what is left out is read again when it is needed. */
const TRAVEL_LIMIT = 16 * 1024 * 1024

/** What a job reports beside the outcomes in its table. */
export class Findings {
  readonly problems: ItemProblem[] = []
  /** Files to replace that were modified so recently that their stat does not prove their content. */
  readonly racy: RacyFile[] = []
  readonly found: FoundFile[] = []
  readonly #parts: Uint8Array[] = []
  #length = 0

  /** Notes a file whose bytes are not needed. */
  note(index: number, digest: Digest | undefined, verdict?: Verdict): void {
    this.found.push({ index, digest: digest === TOO_LARGE ? undefined : digest, ...(verdict && { verdict }) })
  }

  /**
   * Notes a file together with its bytes.
   *
   * @param needed they cannot be read again, because the file is going to be replaced
   */
  take(index: number, digest: Digest, bytes: Uint8Array, needed: boolean): void {
    if (!needed && this.#length + bytes.length > TRAVEL_LIMIT) return this.note(index, digest)
    this.found.push({ index, digest, span: [this.#length, this.#length + bytes.length] })
    this.#parts.push(bytes)
    this.#length += bytes.length
  }

  /** All bytes in one piece of shared memory, which crosses threads without being copied or detached. */
  taken(): SharedArrayBuffer | undefined {
    if (this.#length === 0) return undefined
    const shared = new SharedArrayBuffer(this.#length)
    const view = new Uint8Array(shared)
    let offset = 0
    for (const part of this.#parts) {
      view.set(part, offset)
      offset += part.length
    }
    return shared
  }
}
