import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ToStringOptions,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/**
 * The text of a YAML document changed so that it holds `data`. Comments, order and style stay as they
 * are wherever the data did not change; where none of it changed, it is the very same text.
 */
export function reviseYaml(text: string, document: Document, data: unknown): string {
  if (isNode(document.contents) && holds(document, document.contents, data)) return text
  const layout = layoutOf(text, document)
  pullCommentUp(text, document)
  document.contents = revise(document, document.contents, data) as typeof document.contents
  quoteIndentedTexts(document, layout)
  const revised = document.toString(layout)
  return text.includes('\r\n') && !/(?<!\r)\n/.test(text) ? revised.replaceAll('\n', '\r\n') : revised
}

/** What a document does not remember of its text. */
function layoutOf(text: string, document: Document): ToStringOptions {
  const steps: number[] = []
  let indentSeq: boolean | undefined
  let padding: boolean | undefined
  const column = (node: Node): number => node.range![0] - text.lastIndexOf('\n', node.range![0] - 1)
  visit(document, {
    Collection(_, node, path) {
      if (node.flow) {
        if (node.items.length > 0) padding ??= /\s/.test(text[node.range![0] + 1]!)
        return
      }
      const parent = path.findLast((ancestor) => isCollection(ancestor))
      if (!parent) return
      const step = column(node) - column(parent)
      if (step > 0) steps.push(step)
      if (isSeq(node) && isMap(parent)) indentSeq ??= step > 0
    },
  })
  return {
    indent: steps.length > 0 ? steps.reduce((least, step) => Math.min(least, step)) : 2,
    indentSeq: indentSeq ?? true,
    flowCollectionPadding: padding ?? true,
    // A line that was longer than usual stays whole.
    lineWidth: text.split('\n').reduce((longest, line) => Math.max(longest, line.length), 80),
  }
}

/** A block that starts with a space tells its indentation, which the library does for a step of two only, and not at the root. */
function quoteIndentedTexts(document: Document, layout: ToStringOptions): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string' || !/^\n*[ \t]/.test(node.value)) return
      if (layout.indent !== 2 || node === document.contents) node.type = 'QUOTE_DOUBLE'
    },
  })
}

/** A comment at the end belongs to the document, which puts an empty line before it; one that had none moves to the content. */
function pullCommentUp(text: string, document: Document): void {
  const { contents, comment } = document
  if (!comment || !isCollection(contents) || contents.comment) return
  const before = text.slice(0, text.indexOf('#', contents.range![1]))
  if (before.slice(before.trimEnd().length).split('\n').length > 2) return
  contents.comment = comment
  document.comment = null
}

/**
 * Goes through a document from its start to its end, so that an alias is compared with what its
 * anchor holds by then.
 */
function revise(document: Document, node: unknown, data: unknown): Node {
  if (isNode(node) && holds(document, node, data)) return node
  if (isMap(node) && isRecord(data)) return reviseMap(document, node, data)
  if (isSeq(node) && Array.isArray(data)) return reviseSeq(document, node, data)
  if (isScalar(node) && isPrimitive(data)) {
    // The old spelling belongs to the old value, its comments do not.
    if (typeof node.value !== typeof data || Object.is(data, -0)) {
      delete node.format
      delete node.tag
    }
    delete node.source
    node.value = data
    return node
  }
  const fresh = document.createNode(data)
  if (isNode(node) && !isAlias(node)) {
    fresh.commentBefore = node.commentBefore ?? null
    fresh.comment = node.comment ?? null
    if (node.spaceBefore) fresh.spaceBefore = true
  }
  return fresh
}

function reviseMap(document: Document, map: YAMLMap, data: Record<string, unknown>): Node {
  // As in JSON, `undefined` is no value.
  const rest = new Map(Object.entries(data).filter(([, value]) => value !== undefined))
  map.items = map.items.filter((pair) => rest.has(keyOf(pair)))
  for (const pair of map.items) {
    const key = keyOf(pair)
    pair.value = revise(document, pair.value, data[key])
    rest.delete(key)
  }
  for (const [key, value] of rest) map.items.push(document.createPair(key, value))
  return map
}

/** What is equal at both ends stays; what lies between is revised item by item. */
function reviseSeq(document: Document, seq: YAMLSeq, data: readonly unknown[]): Node {
  const old = seq.items
  const same = (a: number, b: number): boolean => isNode(old[a]) && holds(document, old[a], data[b])
  const shorter = Math.min(old.length, data.length)
  let head = 0
  while (head < shorter && same(head, head)) head++
  let tail = 0
  while (tail < shorter - head && same(old.length - 1 - tail, data.length - 1 - tail)) tail++
  const middle = Array.from({ length: data.length - head - tail }, (_, index) => {
    return head + index < old.length - tail ? old[head + index] : undefined
  })
  seq.items = [...old.slice(0, head), ...middle, ...old.slice(old.length - tail)]
  // The ends as well: an alias in them may have lost its anchor.
  for (const [index, value] of data.entries()) seq.items[index] = revise(document, seq.items[index], value)
  return seq
}

/** The key as it is in the data. */
function keyOf(pair: Pair): string {
  const key = isScalar(pair.key) ? pair.key.value : pair.key
  return key === null ? '' : String(key)
}

/** Whether a node is this data. An alias whose anchor is gone is nothing. */
function holds(document: Document, node: Node, data: unknown): boolean {
  try {
    return equals(node.toJS(document), data)
  } catch (error) {
    if (error instanceof ReferenceError) return false
    throw error
  }
}

function equals(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equals(item, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key]))
}

function isPrimitive(data: unknown): boolean {
  return data === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof data)
}

/** Dates, bytes and the like are values of their own, not maps. */
function isRecord(data: unknown): data is Record<string, unknown> {
  if (typeof data !== 'object' || data === null) return false
  const prototype: unknown = Object.getPrototypeOf(data)
  return prototype === Object.prototype || prototype === null
}
