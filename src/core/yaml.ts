import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'

/**
 * Changes a YAML document so that it holds `data`, and leaves comments, order and style as they are
 * wherever the data did not change.
 */
export function reviseYaml(document: Document, data: unknown): void {
  document.contents = revise(document, document.contents, data) as typeof document.contents
}

function revise(document: Document, node: unknown, data: unknown): Node {
  if (isNode(node) && equals(node.toJS(document), data)) return node
  if (isMap(node) && isRecord(data)) return reviseMap(document, node, data)
  if (isSeq(node) && Array.isArray(data)) return reviseSeq(document, node, data)
  if (isScalar(node) && !isCollection(data)) {
    // The old spelling belongs to the old value, its comments do not.
    if (typeof node.value !== typeof data) delete node.format
    delete node.source
    node.value = data
    return node
  }
  const fresh = document.createNode(data)
  if (isNode(node) && !isAlias(node)) {
    if (node.commentBefore != null) fresh.commentBefore = node.commentBefore
    if (node.comment != null) fresh.comment = node.comment
    if (node.spaceBefore) fresh.spaceBefore = true
  }
  return fresh
}

function reviseMap(document: Document, map: YAMLMap, data: Record<string, unknown>): Node {
  map.items = map.items.filter((pair) => Object.hasOwn(data, keyOf(pair)))
  const present = new Map(map.items.map((pair) => [keyOf(pair), pair]))
  for (const [key, value] of Object.entries(data)) {
    const pair = present.get(key)
    if (pair) pair.value = revise(document, pair.value, value)
    else map.items.push(document.createPair(key, value))
  }
  return map
}

/** What is equal at both ends stays; what lies between is revised item by item. */
function reviseSeq(document: Document, seq: YAMLSeq, data: readonly unknown[]): Node {
  const old = seq.items
  const same = (a: number, b: number): boolean => equals(valueOf(document, old[a]), data[b])
  const shorter = Math.min(old.length, data.length)
  let head = 0
  while (head < shorter && same(head, head)) head++
  let tail = 0
  while (tail < shorter - head && same(old.length - 1 - tail, data.length - 1 - tail)) tail++
  const middle = data.slice(head, data.length - tail).map((value, index) => {
    const item = head + index < old.length - tail ? old[head + index] : undefined
    return revise(document, item, value)
  })
  seq.items = [...old.slice(0, head), ...middle, ...old.slice(old.length - tail)]
  return seq
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function valueOf(document: Document, item: unknown): unknown {
  if (isPair(item)) return Symbol('a pair equals no value')
  return isNode(item) ? item.toJS(document) : item
}

function equals(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equals(item, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key]))
}

function isCollection(data: unknown): boolean {
  return Array.isArray(data) || isRecord(data)
}

/** Dates, bytes and the like are values of their own, not maps. */
function isRecord(data: unknown): data is Record<string, unknown> {
  if (typeof data !== 'object' || data === null) return false
  const prototype: unknown = Object.getPrototypeOf(data)
  return prototype === Object.prototype || prototype === null
}
