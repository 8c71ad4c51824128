/**
 * A value that PHP serialised. Integers are numbers as far as these are exact; a real is told from an integer by its text. An array keeps its order, and
 * the kind of its keys.
 */
export type PhpValue = string | number | bigint | boolean | null | { readonly real: string } | PhpArray

export type PhpKey = string | number | bigint

export type PhpArray = Map<PhpKey, PhpValue>

/** Deeper arrays are no settings. */
const DEEPEST = 64

const INTEGER = /^(?:0|-?[1-9]\d*)$/
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]

/**
 * Reads what PHP's `serialize` made. What this gives, `writePhp` makes the same bytes of again.
 *
 * @throws {SyntaxError} also for objects and references: MyBB keeps none
 *
 * @example
 * ```ts
 * readPhp('a:1:{s:1:"a";i:7;}') // Map { 'a' => 7 }
 * ```
 */
export function readPhp(text: string): PhpValue {
  const reader = new Reader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

/** Serialises a value as PHP does. */
export function writePhp(value: PhpValue): string {
  if (value === null) return 'N;'
  if (typeof value === 'string') return `s:${Buffer.byteLength(value)}:"${value}";`
  if (typeof value === 'boolean') return `b:${value ? 1 : 0};`
  if (typeof value === 'number' || typeof value === 'bigint') return `i:${value};`
  if (!(value instanceof Map)) return `d:${value.real};`
  const entries = [...value].map(([key, one]) => writePhp(key) + writePhp(one))
  return `a:${value.size}:{${entries.join('')}}`
}

/** What PHP makes of a text that is used as a key: one that is an integer becomes it. */
export function phpKey(text: string): PhpKey {
  return INTEGER.test(text) && isInteger(BigInt(text)) ? integer(text) : text
}

/** Adds a value to an array, as `$array[] = value` does. */
export function push(array: PhpArray, value: PhpValue): void {
  const indexes = [...array.keys()].filter((key) => typeof key === 'number')
  array.set(indexes.length === 0 ? 0 : Math.max(-1, ...indexes) + 1, value)
}

function isInteger(value: bigint): boolean {
  return value >= LEAST && value <= MOST
}

function integer(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

/** Lengths count bytes, so it reads bytes. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(text: string) {
    this.#bytes = Buffer.from(text)
  }

  value(depth: number): PhpValue {
    const kind = this.#take(1)
    if (kind === 'N') return this.#expect(';', null)
    this.#expect(':', null)
    switch (kind) {
      case 'b':
        return this.#boolean()
      case 'i':
        return this.#integer()
      case 'd':
        return { real: this.#until(';', /^(?:-?\d+(?:\.\d+)?(?:E[+-]?\d+)?|-?INF|NAN)$/i) }
      case 's':
        return this.#string()
      case 'a':
        return this.#array(depth + 1)
      default:
        return this.#fail(`${JSON.stringify(kind)} is no kind of value that is read`, -2)
    }
  }

  end(): void {
    if (this.#at < this.#bytes.length) this.#fail('the value ends before the text does')
  }

  #boolean(): boolean {
    return this.#until(';', /^[01]$/) === '1'
  }

  #integer(): number | bigint {
    const text = this.#until(';', INTEGER)
    return isInteger(BigInt(text)) ? integer(text) : this.#fail('the integer has more than 64 bits', -text.length - 1)
  }

  #string(): string {
    const length = Number(this.#until(':', /^(?:0|[1-9]\d{0,9})$/))
    this.#expect('"', null)
    const start = this.#at
    const bytes = this.#bytes.subarray(start, start + length)
    this.#at += length
    if (bytes.length < length || this.#bytes.toString('latin1', this.#at, this.#at + 2) !== '";') this.#fail(`no text of ${length} bytes starts there`, start - this.#at)
    this.#at += 2
    const text = bytes.toString()
    return Buffer.byteLength(text) === length && Buffer.from(text).equals(bytes) ? text : this.#fail(`the text of ${length} bytes ends amid a character`, start - this.#at)
  }

  #array(depth: number): PhpArray {
    if (depth > DEEPEST) this.#fail('the arrays are too deep')
    const size = Number(this.#until(':', /^(?:0|[1-9]\d{0,9})$/))
    this.#expect('{', null)
    const array: PhpArray = new Map()
    for (let index = 0; index < size; index++) {
      const start = this.#at
      const key = this.value(depth)
      // A text that is an integer PHP would have made one: written again, it would be another array.
      if (typeof key === 'string' ? phpKey(key) !== key : typeof key !== 'number' && typeof key !== 'bigint') this.#fail('no array has such a key', start - this.#at)
      if (array.has(key as PhpKey)) this.#fail('the array has the key twice', start - this.#at)
      array.set(key as PhpKey, this.value(depth))
    }
    return this.#expect('}', array)
  }

  #until(end: string, form: RegExp): string {
    const stop = this.#bytes.indexOf(end, this.#at)
    const text = this.#bytes.toString('latin1', this.#at, stop)
    if (stop === -1 || !form.test(text)) this.#fail('no number is there')
    this.#at = stop + 1
    return text
  }

  #take(length: number): string {
    return this.#bytes.toString('latin1', this.#at, (this.#at += length))
  }

  #expect<T>(sign: string, value: T): T {
    return this.#take(1) === sign ? value : this.#fail(`${JSON.stringify(sign)} is missing`, -1)
  }

  #fail(state: string, back = 0): never {
    throw new SyntaxError(`Cannot read a value that PHP serialised: ${state} at byte ${this.#at + back}`)
  }
}
