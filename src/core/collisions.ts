/**
 * Remembers every path of a cycle and finds those that would become one file where the filesystem
 * ignores case or Unicode normalisation, as on Windows and macOS.
 *
 * A million paths of 40 bytes take about 60 MB: an open-addressing hash table of numbers, and the
 * paths as UTF-8 in an arena. Adding an ASCII path takes half a microsecond and makes no object.
 *
 * @example
 * ```ts
 * const paths = new PathIndex()
 * paths.add('a/Header.html') // undefined
 * paths.add('a/header.html') // 'a/Header.html'
 * paths.has('a/header.html') // true
 * ```
 */
export class PathIndex {
  #size = 0
  // Slot by slot the hash of the folded path and its place in the arena, which is 0 if the slot is
  // free; side by side, because most of the time goes into fetching the slot from memory.
  #table = new Uint32Array(2 * 1024)
  readonly #arena = new Arena()

  /** How many different paths were added. */
  get size(): number {
    return this.#size
  }

  /**
   * Remembers a path, which must not contain lone surrogates.
   *
   * @returns The path itself if it was there already; else the first path that differs from it in
   * case or normalisation alone; else `undefined`.
   * @throws {RangeError} The paths take more than 4 GiB.
   */
  add(path: string): string | undefined {
    const hash = hashOf(path)
    let first = 0
    let slot = firstSlot(this.#table, hash)
    for (let place; (place = this.#table[slot + 1]!) !== 0; slot = nextSlot(this.#table, slot)) {
      if (this.#table[slot] !== hash) continue
      const other = this.#arena.read(place)
      if (other === path) return path
      if ((first === 0 || place < first) && foldPath(other) === foldPath(path)) first = place
    }
    this.#table[slot] = hash
    this.#table[slot + 1] = this.#arena.append(path)
    this.#size++
    // Three quarters full, a search takes about three steps for a hit and nine for a miss.
    if (this.#size * 8 > this.#table.length * 3) this.#table = grown(this.#table)
    return first === 0 ? undefined : this.#arena.read(first)
  }

  /** Whether exactly this path was added. */
  has(path: string): boolean {
    const hash = hashOf(path)
    let slot = firstSlot(this.#table, hash)
    for (let place; (place = this.#table[slot + 1]!) !== 0; slot = nextSlot(this.#table, slot)) {
      if (this.#table[slot] === hash && this.#arena.read(place) === path) return true
    }
    return false
  }
}

function firstSlot(table: Uint32Array, hash: number): number {
  return (hash * 2) & (table.length - 1)
}

function nextSlot(table: Uint32Array, slot: number): number {
  return (slot + 2) & (table.length - 1)
}

/** A table of twice the size. The stored hashes suffice; no path is read. */
function grown(table: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(table.length * 2)
  for (let from = 0; from < table.length; from += 2) {
    if (table[from + 1] === 0) continue
    let slot = firstSlot(larger, table[from]!)
    while (larger[slot + 1] !== 0) slot = nextSlot(larger, slot)
    larger[slot] = table[from]!
    larger[slot + 1] = table[from + 1]!
  }
  return larger
}

const NON_ASCII = /[\u0080-\uFFFF]/

/** Its capital is I, yet no filesystem takes it for i: `sınır` and `sinir` are two words. */
const DOTLESS_I = 'ı'

/**
 * The form that a path shares with every path which a filesystem that ignores case or Unicode
 * normalisation may take for the same one. It serves to compare; it is no path.
 *
 * @example
 * ```ts
 * foldPath('Straße') === foldPath('STRAßE') // true
 * foldPath('Straße') === foldPath('Strasse') // false
 * ```
 */
export function foldPath(path: string): string {
  if (!NON_ASCII.test(path)) return path.toUpperCase()
  const decomposed = path.normalize('NFD')
  const folded = foldCase(decomposed)
  // The same length: no letter became several, as ß becomes SS.
  if (folded.length === decomposed.length && !decomposed.includes(DOTLESS_I)) return folded
  return Array.from(decomposed, foldCharacter).join('')
}

function foldCharacter(character: string): string {
  const folded = foldCase(character)
  return folded.length === character.length && character !== DOTLESS_I ? folded : character.toLowerCase()
}

/** To lower case first, because some capitals (ẞ, ϴ) meet their variants only there. */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase()
}

/**
 * Hashes the folded path: FNV-1a over UTF-16 units, then the finisher of MurmurHash3, because the
 * table uses the low bits. Folds ASCII as it reads, which spares most paths a copy.
 */
function hashOf(path: string, folded = false): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < path.length; index++) {
    let unit = path.charCodeAt(index)
    if (unit > 0x7f && !folded) return hashOf(foldPath(path), true)
    if (unit >= 0x61 && unit <= 0x7a) unit -= 0x20
    hash = Math.imul(hash ^ unit, 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Bits of a place that say where in its chunk a text begins; the upper twelve name the chunk. */
const CHUNK_BITS = 20
const CHUNK_SIZE = 2 ** CHUNK_BITS
const CHUNK_LIMIT = 2 ** (32 - CHUNK_BITS)

/** No byte of UTF-8 is 0xFF, so it marks the end of a text. */
const END = 0xff

/** Texts as UTF-8, one after another, in chunks that never move. */
class Arena {
  readonly #chunks: Uint8Array[] = []
  #chunk = new Uint8Array(0)
  #position = 0
  readonly #encoder = new TextEncoder()
  // A leading U+FEFF is part of a name, not a byte order mark.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  /** Stores a text. Its place is never 0, and larger than all places before. */
  append(text: string): number {
    const room = text.length * 3 + 1
    if (this.#position + room > Math.min(this.#chunk.length, CHUNK_SIZE)) this.#open(room)
    const start = this.#position
    this.#position += this.#write(text, start)
    this.#chunk[this.#position++] = END
    return (this.#chunks.length - 1) * CHUNK_SIZE + start
  }

  read(place: number): string {
    const chunk = this.#chunks[place >>> CHUNK_BITS]!
    const start = place & (CHUNK_SIZE - 1)
    return this.#decoder.decode(chunk.subarray(start, chunk.indexOf(END, start)))
  }

  /** Writes the text and returns its length in bytes. */
  #write(text: string, start: number): number {
    const chunk = this.#chunk
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      // Most texts are ASCII, for which this loop is faster than the encoder.
      if (code > 0x7f) return this.#encoder.encodeInto(text, chunk.subarray(start)).written
      chunk[start + index] = code
    }
    return text.length
  }

  /** Begins a chunk: small ones first, and one of its own for a text that is larger than a chunk. */
  #open(room: number): void {
    if (this.#chunks.length === CHUNK_LIMIT) throw new RangeError('Cannot remember more paths: they take 4 GiB')
    const size = Math.min(CHUNK_SIZE, Math.max(4096, this.#chunk.length * 2))
    // The first byte stays unused, so that no place is 0.
    this.#chunk = new Uint8Array(Math.max(size, 1 + room))
    this.#position = 1
    this.#chunks.push(this.#chunk)
  }
}
