import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Range,
  visit,
  type YAMLError,
} from 'yaml'
import { parseYaml } from '../core/parsing.ts'
import type { Fault, Locate, Path, Position } from './fault.ts'

/** A YAML text as a value, with the way back from a path to its place. */
export interface ConfigDocument {
  readonly value: unknown
  readonly locate: Locate
}

/**
 * Our words for the parser's, which may quote the source and so a password.
 * Each says what helps most often.
 */
const SYNTAX: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias has an anchor or a tag; remove it',
  BAD_ALIAS: 'an anchor or alias is not valid; put a value that starts with "&" or "*" in quotes',
  BAD_COLLECTION_TYPE: 'a tag does not fit its value; remove the tag',
  BAD_DIRECTIVE: 'a line that starts with "%" is not a valid directive; remove it',
  BAD_DQ_ESCAPE: 'an escape after "\\" is not known; use single quotes for a literal "\\"',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  BAD_PROP_ORDER: 'an anchor or tag is in the wrong place; remove it',
  BAD_SCALAR_START: 'a value starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ":" is on this line; put a value that holds ": " in quotes',
  BLOCK_IN_FLOW: 'an indented list or map is inside "[]" or "{}"; write it on one line',
  DUPLICATE_KEY: 'a key occurs twice; remove one',
  IMPOSSIBLE: 'this is not YAML',
  KEY_OVER_1024_CHARS: 'a key is too long, or a bracket is not closed',
  MISSING_CHAR: 'a quote, a colon, a comma or a space is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines, or a ":" is missing',
  MULTIPLE_ANCHORS: 'a value has two anchors; remove one',
  MULTIPLE_DOCS: 'a second document starts here; keep one',
  MULTIPLE_TAGS: 'a value has two tags; remove one',
  NON_STRING_KEY: 'a key must be text; put a path that starts with "{" in quotes',
  RESOURCE_EXHAUSTION: 'the values are nested too deeply',
  TAB_AS_INDENT: 'a tab is in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'a tag is not known; put a value that starts with "!" in quotes',
  UNEXPECTED_TOKEN: 'something is here that YAML does not expect; put a value with special characters in quotes',
}

/** Parses one YAML document, or says what is wrong with it. */
export function readDocument(source: string): ConfigDocument | Fault {
  // A byte order mark would count as a column.
  const text = source.replace(/^\uFEFF/, '')
  const lines = new LineCounter()
  // Pretty errors would quote the source. Keys as strings make "1" and 1 the same key, as in the result.
  const document = parseYaml(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const fault = (message: string, offset: number): Fault => ({ message, path: [], position: at(offset) })

  if (!document) return fault(SYNTAX.RESOURCE_EXHAUSTION, 0)
  // Only the first: the rest mostly follow from it. A tag that is not known is a mere warning to the parser.
  const [first] = document.errors.concat(document.warnings)
  if (first !== undefined) return fault(syntaxMessage(first, text), first.pos[0])
  const root = document.contents
  if (root === null || (isScalar(root) && root.value === null)) {
    return fault('it is empty; it needs at least "store" and "tree"', 0)
  }
  try {
    // The parser has been at every depth, so all that can fail here is an alias.
    return { value: document.toJS(), locate: (path, what) => at(offsetOf(document, text, path, what)) }
  } catch {
    const alias = firstUnresolved(document)
    return alias === undefined
      ? fault('there are too many aliases; write the values out', 0)
      : fault('an alias has no anchor before it; put a value that starts with "*" in quotes', alias)
  }
}

function syntaxMessage({ code, pos }: YAMLError, text: string): string {
  const key = code === 'DUPLICATE_KEY' ? /^["']?([\w-]{1,64})["']?\s*:/.exec(text.slice(pos[0], pos[0] + 80))?.[1] : undefined
  return key === undefined ? SYNTAX[code] : `the key "${key}" occurs twice; remove one`
}

/** Where the value of a path is; for one that is missing or empty, the nearest key around it. */
function offsetOf(document: Document, text: string, path: Path, what?: 'key' | RegExp): number {
  let node: unknown = document.contents
  let offset = rangeOf(node)?.[0] ?? 0
  for (const [index, step] of path.entries()) {
    const inside = resolve(node, document)
    if (isSeq(inside) && typeof step === 'number') {
      node = inside.items[step]
      offset = rangeOf(node)?.[0] ?? offset
      continue
    }
    const pair = isMap(inside) ? inside.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined
    if (pair === undefined) return offset
    const key = rangeOf(pair.key)?.[0] ?? offset
    node = pair.value
    const last = index === path.length - 1
    const empty = node === null || (isScalar(node) && node.value === null)
    offset = empty || !last || what === 'key' ? key : (rangeOf(node)?.[0] ?? key)
  }
  if (!(what instanceof RegExp)) return offset
  const range = rangeOf(resolve(node, document))
  const found = range === undefined ? -1 : text.slice(range[0], range[1]).search(what)
  return range === undefined || found < 0 ? offset : range[0] + found
}

function resolve(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function rangeOf(node: unknown): Range | undefined {
  return (node as Node | null | undefined)?.range ?? undefined
}

/** The offset of the first alias whose anchor does not come before it. */
function firstUnresolved(document: Document): number | undefined {
  const anchors = new Set<string>()
  let offset: number | undefined
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor)
        return undefined
      }
      if (anchors.has(node.source)) return undefined
      offset = node.range?.[0]
      return visit.BREAK
    },
  })
  return offset
}
