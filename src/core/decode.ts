import { type Document, type ErrorCode, isAlias, isMap, isScalar, LineCounter, type Pair, type Scalar, type ScalarTag, type YAMLMap } from 'yaml'
import type { Problem, ProblemCode } from '../types.ts'
import type { Field, FieldValue } from './fields.ts'
import { nearestOf } from './nearest.ts'
import { parseYaml } from './parsing.ts'

/** The values of a file, or why it has none. */
export type Decoded = { readonly values: FieldValue[] } | { readonly problem: Problem }

/** A document of known fields, and where each of them is. */
export interface FieldsDocument {
  readonly values: Map<string, FieldValue>
  readonly pairs: Map<string, Pair>
  readonly root: YAMLMap
}

/** What is wrong with a text, and at which character. */
interface Fault {
  readonly code: ProblemCode
  readonly state: string
  readonly offset: number
}

/** As many aliases as the library allows by default. Each repeats one scalar only, because a value is never a collection. */
const MOST_ALIASES = 100

/** A key that is more than this is no typing mistake. */
const LONGEST_KEY = 64

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

/** The library's own takes whatever it gets. */
const BINARY: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  identify: (value) => value instanceof Uint8Array,
  resolve: (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
}

/** A directive must not choose another schema, and the library's check of keys takes time for all pairs of them. */
const PARSING = {
  schema: 'core',
  customTags: [BINARY],
  resolveKnownTags: false,
  stringKeys: true,
  uniqueKeys: false,
  intAsBigInt: true,
  prettyErrors: false,
  keepSourceTokens: true,
}

/**
 * Our words for the parser's, which may quote the content. Each says what helps most often.
 */
const SYNTAX: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'an anchor or alias is not valid; put a value that starts with "&" or "*" in quotes',
  BAD_DQ_ESCAPE: 'an escape after "\\" is not known; use single quotes for a literal "\\"',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  BAD_SCALAR_START: 'a value starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ":" is in this value; put a value that holds ": " in quotes, or correct the indentation of the next line',
  MISSING_CHAR: 'a quote, a colon, a comma or a space is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines, or a ":" is missing',
  MULTIPLE_DOCS: 'a second document starts here; keep one',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'the values are nested too deeply',
  TAB_AS_INDENT: 'a tab is in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'a tag is not known or does not fit its value (!!binary takes base64); put a value that starts with "!" in quotes',
}

/**
 * The values of a YAML map, in the order of `names`. The file may say them in any words of YAML 1.2 (core schema),
 * order and style, with comments; each name must be there once, and no other.
 *
 * @param path of the file, for messages; they name fields and places, never values
 * @param decimals the names whose numbers come back with their exact digits, as `Decimal`. Default: none
 *
 * @example
 * ```ts
 * decodeFields('b: x # why\na: 1\n', ['a', 'b'], 'pages/home.yaml') // { values: [1n, 'x'] }
 * ```
 */
export function decodeFields(text: string, names: readonly string[], path: string, decimals: ReadonlySet<string> = new Set()): Decoded {
  const lines = new LineCounter()
  const read = readFields(text, decimals, lines, names)
  if (!('code' in read)) return { values: names.map((name) => read.values.get(name)!) }
  return { problem: faultAt(path, lines, read) }
}

function faultAt(path: string, lines: LineCounter, { code, state, offset }: Fault): Problem {
  const { line, col } = lines.linePos(offset)
  return { path, code, message: `Cannot read ${path}:${line}:${col}: ${state}` }
}

/**
 * The fields of a YAML map whose names nobody knows beforehand, in the order of the file. Numbers come with their exact digits, as `Decimal`.
 *
 * @param path of the file, for messages
 *
 * @example
 * ```ts
 * decodeMap('b: x # why\n', 'settings.yaml') // { fields: [['b', 'x']] }
 * ```
 */
export function decodeMap(text: string, path: string): { readonly fields: readonly Field[] } | { readonly problem: Problem } {
  const lines = new LineCounter()
  const first = readFields(text, new Set(), lines)
  // What can be read once can be read again.
  if (!('code' in first)) return { fields: [...(readFields(text, new Set(first.values.keys())) as FieldsDocument).values] }
  return { problem: faultAt(path, lines, first) }
}

/** Reads a document, of any names where none are given, or says what is wrong with it first. */
export function readFields(text: string, decimals: ReadonlySet<string>, lineCounter?: LineCounter, names?: readonly string[]): FieldsDocument | Fault {
  const document = parseYaml(text, lineCounter ? { ...PARSING, lineCounter } : PARSING)
  if (!document) return invalid(SYNTAX.RESOURCE_EXHAUSTION!, 0)
  // Only the first: the rest mostly follow from it. A tag that is not known is a mere warning to the parser.
  const [error] = document.errors.concat(document.warnings)
  if (error) return invalid(SYNTAX[error.code] ?? 'this is not YAML', error.pos[0])
  return readPairs(document, decimals, names)
}

function readPairs(document: Document, decimals: ReadonlySet<string>, names: readonly string[] | undefined): FieldsDocument | Fault {
  const root = document.contents
  if (!isMap(root)) return invalid('it is not a map of fields; write each field as "name: value"', root?.range?.[0] ?? 0)
  const known = new Set(names)
  const found: FieldsDocument = { values: new Map(), pairs: new Map(), root }
  const anchors = new Map<string, Scalar>()
  let aliases = 0
  for (const pair of root.items) {
    const { key } = pair
    if (!isScalar(key) || typeof key.value !== 'string') return invalid('a field has no name', placeOf(key, 0))
    const name = key.value
    const at = placeOf(key, 0)
    if (names && !known.has(name)) return { code: 'unknown-field', state: unknownField(name, names, root.items), offset: at }
    if (found.values.has(name)) return invalid(`the field${shown(name)} occurs twice; remove one`, at)
    if (key.anchor !== undefined) anchors.set(key.anchor, key as Scalar)
    let value = pair.value ?? null
    if (isAlias(value)) {
      if (++aliases > MOST_ALIASES) return invalid('there are too many aliases; write the values out', placeOf(value, at))
      const target = anchors.get(value.source)
      if (!target) return invalid('an alias has no anchor before it; put a value that starts with "*" in quotes', placeOf(value, at))
      value = target
    } else if (isScalar(value) && value.anchor !== undefined) {
      anchors.set(value.anchor, value)
    }
    if (value !== null && !isScalar(value)) {
      return invalid(`the field${shown(name)} holds a list or a map; a field holds one value`, placeOf(value, at))
    }
    found.values.set(name, value === null ? null : valueOf(value, decimals.has(name)))
    found.pairs.set(name, pair as Pair)
  }
  const missing = names?.find((name) => !found.values.has(name))
  if (missing === undefined) return found
  return { code: 'missing-field', state: `the field${shown(missing)} is missing; write null for none`, offset: root.range?.[0] ?? 0 }
}

function valueOf({ value, source }: Scalar, decimal: boolean): FieldValue {
  if (!decimal || (typeof value !== 'number' && typeof value !== 'bigint')) return value as FieldValue
  return { decimal: NUMBER.test(source ?? '') ? source!.replace(/^\+/, '') : String(value) }
}

function unknownField(name: string, names: readonly string[], items: readonly Pair[]): string {
  const present = new Set(items.map(({ key }) => (isScalar(key) ? key.value : undefined)))
  const nearest = nearestOf(name, names.filter((other) => !present.has(other)))
  return `unknown field${shown(name)}; ${nearest === undefined ? `the fields are ${names.join(', ')}` : `did you mean "${nearest}"?`}`
}

/** A name in a message, unless it could break the line or is no name at all. */
function shown(name: string): string {
  return name.length <= LONGEST_KEY && /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(name) ? ` ${JSON.stringify(name)}` : ''
}

function placeOf(node: unknown, otherwise: number): number {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? otherwise
}

function invalid(state: string, offset: number): Fault {
  return { code: 'invalid-yaml', state, offset }
}
