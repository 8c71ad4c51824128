import { RowtreeError } from '../errors.ts'
import { decodeName, disarmDevice, forbiddenCharacter, isDeviceName, nameEncoder } from './names.ts'

/** Turns the values of a row's key into its path, and back. */
export interface PathPattern {
  readonly source: string
  /** Placeholder names, in the order they occur. */
  readonly names: readonly string[]
  /**
   * The path for values in the order of `names`. Different values give different paths.
   *
   * @throws {RangeError} There are more or fewer values than names.
   */
  format(values: readonly string[]): string
  /** The values that `format` makes exactly this path of, or `undefined`. */
  parse(path: string): string[] | undefined
}

/** What lies between two slashes: a text, then placeholders, each with the text after it. */
interface Segment {
  readonly head: string
  readonly fields: readonly Field[]
}

interface Field {
  readonly name: string
  readonly encode: (value: string) => string
  /** Between two fields a delimiter, whose first character never occurs in the encoded value. */
  readonly tail: string
}

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*)\}/
/** ASCII, but nothing that an escape is made of. */
const DELIMITER = /^(?![A-Za-z0-9])[ -~]/

/** Bytes that Linux, macOS and Windows all accept in one name. */
const NAME_LIMIT = 255

/**
 * Compiles a path pattern. Values become safe file names; where two placeholders share a segment,
 * the first one's value also has the delimiter between them encoded, so every path has one reading.
 *
 * @throws {RowtreeError} `config-invalid`: the pattern is ambiguous or unsafe on some system.
 *
 * @example
 * ```ts
 * const pattern = compilePattern('{site}/{slug}.html')
 * pattern.format(['blog', 'a/b']) // 'blog/a%2Fb.html'
 * pattern.parse('blog/a%2Fb.html') // ['blog', 'a/b']
 * pattern.parse('blog/%61.html') // undefined: format writes 'a', not '%61'
 * ```
 */
export function compilePattern(source: string): PathPattern {
  if (source === '') throw invalid(source, 'it is empty')
  if (source.startsWith('/')) throw invalid(source, 'it is absolute; begin it with a name inside the tree')
  const segments = source.split('/').map((text) => compileSegment(source, text))
  const names = segments.flatMap(({ fields }) => fields.map(({ name }) => name))
  if (names.length === 0) throw invalid(source, 'it has no placeholder; add one for each key column, such as {id}')
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(source, `{${twice}} occurs twice; use each placeholder once`)

  function format(values: readonly string[]): string {
    if (values.length !== names.length) {
      throw new RangeError(`Cannot format "${source}": ${values.length} values for ${names.length} placeholders`)
    }
    let path = ''
    let index = 0
    for (const { head, fields } of segments) {
      let name = head
      for (const field of fields) name += field.encode(values[index++]!) + field.tail
      path += path === '' ? disarmDevice(name, head.length) : `/${disarmDevice(name, head.length)}`
    }
    return path
  }

  function parse(path: string): string[] | undefined {
    const parts = path.split('/')
    if (parts.length !== segments.length) return undefined
    const values: string[] = []
    for (const [index, segment] of segments.entries()) {
      if (!readSegment(segment, parts[index]!, values)) return undefined
    }
    return format(values) === path ? values : undefined
  }

  return { source, names, format, parse }
}

/**
 * The first name in the path that is longer than 255 bytes of UTF-8, which no common filesystem
 * takes; `undefined` if there is none.
 */
export function nameTooLong(path: string): string | undefined {
  // A UTF-16 unit is at most three bytes: nearly every path is decided here.
  if (path.length * 3 <= NAME_LIMIT) return undefined
  const encoder = new TextEncoder()
  return path.split('/').find((name) => encoder.encode(name).length > NAME_LIMIT)
}

/** Appends the segment's values. It may accept too much: comparing with `format` has the last word. */
function readSegment({ head, fields }: Segment, name: string, values: string[]): boolean {
  if (!name.startsWith(head)) return false
  let start = head.length
  for (const [index, { tail }] of fields.entries()) {
    // A delimiter is first found where the value ends, but the last tail may occur in the value.
    const end = index < fields.length - 1 ? name.indexOf(tail, start) : name.length - tail.length
    const value = end < start ? undefined : decodeName(name.slice(start, end))
    if (value === undefined || !name.startsWith(tail, end)) return false
    values.push(value)
    start = end + tail.length
  }
  return start === name.length
}

function compileSegment(source: string, text: string): Segment {
  if (text === '') throw invalid(source, 'it has an empty name; write one "/" between names and none at the end')
  if (text === '.' || text === '..') throw invalid(source, `it contains "${text}"; write it without`)
  // Splitting at a group leaves the literals at even and the placeholder names at odd indexes.
  const parts = text.split(PLACEHOLDER)
  const literals = parts.filter((_, index) => index % 2 === 0)
  const names = parts.filter((_, index) => index % 2 === 1)
  const [head = '', ...tails] = literals
  for (const literal of literals) checkLiteral(source, literal)
  for (const [index, tail] of tails.slice(0, -1).entries()) {
    checkDelimiter(source, tail, `{${names[index]}} and {${names[index + 1]}}`)
  }
  checkName(source, text, head, literals.at(-1) ?? '')
  const fields = names.map((name, index): Field => {
    const last = index === names.length - 1
    const tail = tails[index] ?? ''
    const encode = nameEncoder({
      first: index === 0 && head === '',
      last: last && tail === '',
      delimiter: last ? undefined : tail.charAt(0),
    })
    return { name, encode, tail }
  })
  return { head, fields }
}

function checkLiteral(source: string, literal: string): void {
  if (/[{}]/.test(literal)) {
    throw invalid(source, 'it has a brace outside a placeholder; placeholders are letters, digits and _, such as {id}')
  }
  const character = forbiddenCharacter(literal)
  if (character === '\\') throw invalid(source, 'it contains a backslash; separate names with "/"')
  if (character === '%') throw invalid(source, 'it contains "%", which marks encoded characters; leave it out')
  if (character !== undefined) {
    throw invalid(source, `it contains ${JSON.stringify(character)}, which not every system allows in names; leave it out`)
  }
}

/** A delimiter's first character is encoded in values, so it must not be part of an escape. */
function checkDelimiter(source: string, delimiter: string, between: string): void {
  if (delimiter === '') throw invalid(source, `nothing separates ${between}; put "/", "-" or "." between them`)
  if (!DELIMITER.test(delimiter)) {
    throw invalid(source, `the text between ${between} must begin with a punctuation mark or a space, such as "-"`)
  }
}

/** Refuses what no value could make safe. */
function checkName(source: string, text: string, head: string, end: string): void {
  if (/[. ]$/.test(end)) throw invalid(source, `"${text}" ends with a dot or space, which Windows drops; leave it out`)
  // A value can disarm a device name only in front of the extension.
  if (isDeviceName(head) && (head === text || head.includes('.'))) {
    throw invalid(source, `"${text}" is a device on Windows; choose another name`)
  }
}

function invalid(source: string, state: string): RowtreeError {
  return new RowtreeError('config-invalid', `Cannot use the path pattern ${JSON.stringify(source)}: ${state}`)
}
