/**
 * Safe file names: any text becomes a name that Linux, macOS and Windows all take, and comes back
 * unchanged. Unsafe characters are percent-encoded, `a/b` is `a%2Fb`; the rest stays readable.
 */

/** Where in a file name a value stands; that decides which of its characters are unsafe. */
export interface Place {
  /** It begins the name, where a dot hides the file. */
  readonly first: boolean
  /** It ends the name, where Windows drops dots and spaces. */
  readonly last: boolean
  /** One ASCII character, no letter, digit or `%`, that the encoded value must not contain. */
  readonly delimiter?: string | undefined
}

// Matches single characters only, so that one pattern serves to test and to replace. The `u` flag
// keeps surrogate pairs whole: only lone surrogates, which have no UTF-8 form, match the last range.
const FORBIDDEN = String.raw`\u0000-\u001F\u007F"%*/:<>?\\\|\uD800-\uDFFF`
const FORBIDDEN_CHARACTER = new RegExp(`[${FORBIDDEN}]`, 'u')

// Windows opens the device even if an extension follows, and ignores spaces before it.
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i

// ¹²³ are the only characters outside ASCII that may need encoding: they end a device name.
const ESCAPE = /%(?:([0-7][0-9A-F])|u(D[89A-F][0-9A-F]{2}|00B[239]))/g
const MALFORMED = /%(?![0-7][0-9A-F]|u(?:D[89A-F][0-9A-F]{2}|00B[239]))/

// Other escapes are at least three characters long, and a delimiter never makes this one.
const EMPTY = '%'

/**
 * Makes the encoder for one place in a file name. It never yields an empty name, and gives a
 * safe value back as it is. It knows one value only: pass the finished name to `disarmDevice`.
 *
 * @example
 * ```ts
 * const encode = nameEncoder({ first: true, last: false, delimiter: '-' })
 * encode('.a-b.') // '%2Ea%2Db.'
 * encode('') // '%'
 * ```
 */
export function nameEncoder(place: Place): (value: string) => string {
  const delimiter = place.delimiter === undefined ? '' : String.raw`\u{${hex(place.delimiter)}}`
  const start = place.first ? String.raw`|^\.` : ''
  const end = place.last ? '|[. ]$' : ''
  const source = `[${FORBIDDEN}${delimiter}]${start}${end}`
  const unsafe = new RegExp(source, 'u')
  const everyUnsafe = new RegExp(source, 'gu')
  return (value) => {
    if (unsafe.test(value)) return value.replace(everyUnsafe, escape)
    return value === '' ? EMPTY : value
  }
}

const encodeWhole = nameEncoder({ first: true, last: true })

/**
 * The safe name for a value that is a whole file name.
 *
 * @example
 * ```ts
 * encodeName('50% off?') // '50%25 off%3F'
 * encodeName('con.txt') // '%63on.txt'
 * ```
 */
export function encodeName(value: string): string {
  return disarmDevice(encodeWhole(value), 0)
}

/**
 * The value of an encoded name or part of one, wherever it stood; `undefined` if it is empty or
 * an escape is malformed. It also reads escapes that an encoder would not have written.
 */
export function decodeName(name: string): string | undefined {
  if (name === EMPTY) return ''
  if (!name.includes('%')) return name === '' ? undefined : name
  if (MALFORMED.test(name)) return undefined
  return name.replace(ESCAPE, (_, ascii?: string, unit?: string) =>
    String.fromCharCode(Number.parseInt(ascii ?? unit ?? '', 16)))
}

/** Whether Windows takes the file name for a device: `NUL`, `con.txt`, `Com1 .x`. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name)
}

/**
 * Encodes the character at `index`, where the first value begins, if the file name is that of a
 * device. A `%` before the extension is enough, because no device has one in its name.
 */
export function disarmDevice(name: string, index: number): string {
  if (!DEVICE.test(name)) return name
  return name.slice(0, index) + escape(name.charAt(index)) + name.slice(index + 1)
}

/** The first character that is unsafe wherever it stands, if there is one. */
export function forbiddenCharacter(text: string): string | undefined {
  return FORBIDDEN_CHARACTER.exec(text)?.[0]
}

function escape(character: string): string {
  const code = hex(character)
  return character.charCodeAt(0) < 0x80 ? `%${code.padStart(2, '0')}` : `%u${code.padStart(4, '0')}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase()
}
