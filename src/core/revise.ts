import { type CST, isAlias, isScalar, type Pair } from 'yaml'
import { type FieldsDocument, readFields } from './decode.ts'
import { type Spelling, spell } from './encode.ts'
import { type FieldValue, holdsDigits, sameValue } from './fields.ts'

/** A part of a text, and what comes in its place. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** What the edits of all fields share. */
interface Layout {
  readonly text: string
  /** Of the root's keys, in columns; `undefined` where the root is in braces. */
  readonly column: number | undefined
  readonly lineEnd: string
}

/**
 * The text of a file changed so that it holds the fields of `canonical`. Only values that differ are touched: comments,
 * order, line ends and the words of all other values stay byte for byte, and a text that says the same is the very same text.
 *
 * @param canonical as `encodeFields` gives it; it is the answer where `text` does not hold the same fields
 *
 * @example
 * ```ts
 * reviseFields('b: 0x1F # hex\na: x\n', 'a: y\nb: 31\n') // 'b: 0x1F # hex\na: y\n'
 * ```
 */
export function reviseFields(text: string, canonical: string): string {
  const plain = readFields(canonical, new Set())
  if ('code' in plain) return canonical
  const read = readFields(text, new Set())
  if ('code' in read) return canonical
  const decimals = new Set([...fieldsOf(plain, isNoReal), ...fieldsOf(read, isLonger)])
  const wanted = decimals.size > 0 ? readFields(canonical, decimals) : plain
  const current = decimals.size > 0 ? readFields(text, decimals) : read
  if ('code' in wanted || 'code' in current) return canonical
  if (agree(current, wanted)) return text
  if (wanted.values.size !== current.values.size || [...wanted.values.keys()].some((name) => !current.values.has(name))) return canonical
  const revised = splice(text, editsOf(layoutOf(text, current), current, wanted))
  // A comment may be dear, but a value is dearer.
  const result = readFields(revised, decimals)
  return 'code' in result || !agree(result, wanted) ? canonical : revised
}

function agree(a: FieldsDocument, b: FieldsDocument): boolean {
  return a.values.size === b.values.size && [...a.values].every(([name, value]) => b.values.has(name) && sameValue(value, b.values.get(name)!))
}

/** The fields of reals that must be compared digit by digit. */
function fieldsOf({ values, pairs }: FieldsDocument, chosen: (value: number, source: string) => boolean): string[] {
  return [...values].flatMap(([name, value]) => {
    const node = pairs.get(name)?.value
    return typeof value === 'number' && isScalar(node) && chosen(value, node.source ?? '') ? [name] : []
  })
}

/** Whether the digits are not how a real is written. */
function isNoReal(value: number, source: string): boolean {
  return source !== spell(value, undefined).head
}

/** Whether a file says more digits than a real holds. */
function isLonger(value: number, source: string): boolean {
  return /\d/.test(source) && !holdsDigits(value, { decimal: source })
}

function layoutOf(text: string, { root }: FieldsDocument): Layout {
  const token = root.srcToken
  const lineEnd = text.includes('\r\n') && !/(?<!\r)\n/.test(text) ? '\r\n' : '\n'
  return { text, column: token?.type === 'block-map' ? token.indent : undefined, lineEnd }
}

function editsOf(layout: Layout, current: FieldsDocument, wanted: FieldsDocument): Edit[] {
  const edits: Edit[] = []
  // An alias means what its anchor holds by then.
  const anchors = new Map<string, FieldValue>()
  for (const [name, pair] of current.pairs) {
    const { key, value: node } = pair
    const value = wanted.values.get(name)!
    const present = isAlias(node) ? anchors.get(node.source) : current.values.get(name)
    if (present === undefined || !sameValue(present, value)) edits.push(...editsFor(layout, pair, value))
    if (isScalar(key) && key.anchor !== undefined) anchors.set(key.anchor, name)
    if (isScalar(node) && node.anchor !== undefined) anchors.set(node.anchor, value)
  }
  return edits
}

/** What puts a value into the place of a pair's present one. */
function editsFor(layout: Layout, pair: Pair, value: FieldValue): Edit[] {
  const { text, column } = layout
  const item = pair.srcToken!
  const edits = (item.sep ?? []).filter(({ type }) => type === 'tag').map((tag) => without(text, tag))
  const token = item.value as CST.FlowScalar | CST.BlockScalar | null | undefined
  if (token?.type === 'block-scalar') return [...edits, ...intoBlock(layout, token, value)]
  const { start, end, before } = token ? { start: token.offset, end: token.offset + token.source.length, before: '' } : vacancyOf(layout, pair)
  const newline = text.indexOf('\n', end)
  const bottom = newline < 0 ? text.length : newline + 1
  const { head, body } = spellAt(layout, value, bottom)
  edits.push({ start, end, text: linesOf(layout, before + head) })
  if (body !== '' && column !== undefined) edits.push({ start: bottom, end: bottom, text: `${newline < 0 ? layout.lineEnd : ''}${linesOf(layout, body)}` })
  return edits
}

/** A block's comment and the empty lines below it stay. */
function intoBlock(layout: Layout, token: CST.BlockScalar, value: FieldValue): Edit[] {
  const { text } = layout
  const props = token.props as CST.SourceToken[]
  const header = props[0]!.source
  const start = props[0]!.offset
  const end = props.reduce((sum, { source }) => sum + source.length, start) + token.source.length
  const comment = props.slice(1).map(({ source }) => source).join('').trimEnd()
  // With a plus they are content.
  const tail = header.includes('+') ? '' : token.source.slice(token.source.trimEnd().length)
  const gap = tail.split('\n').length - 2
  const { head, body } = spellAt(layout, value, end)
  const final = text[end - 1] === '\n' || body !== '' || end < text.length ? '\n' : ''
  return [{ start, end, text: linesOf(layout, `${head}${comment}${final}${body}${'\n'.repeat(Math.max(gap, 0))}`) }]
}

/** Where a value goes that is not written: behind the colon, or with one. */
function vacancyOf({ text, column }: Layout, { srcToken, key }: Pair): { start: number; end: number; before: string } {
  const { sep = [], start: before } = srcToken!
  const last = sep.findLast(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag')
  if (last) {
    const end = last.offset + last.source.length
    return { start: end, end, before: ' ' }
  }
  const end = isScalar(key) ? key.range![1] : text.length
  const explicit = column !== undefined && before.some(({ type }) => type === 'explicit-key-ind')
  return { start: end, end, before: explicit ? `\n${' '.repeat(column)}: ` : ': ' }
}

/** A value's spelling at a place; a block only where nothing below `bottom` would become a part of it. */
function spellAt({ text, column }: Layout, value: FieldValue, bottom: number): Spelling {
  if (column === undefined) return spell(value, undefined)
  const spelling = spell(value, ' '.repeat(column + 2))
  if (spelling.body === '') return spelling
  const below = /[\r\n]*( *)/y
  below.lastIndex = bottom
  return (below.exec(text)?.[1]?.length ?? 0) > column ? spell(value, undefined) : spelling
}

/** Takes a tag away with the spaces before it, or after it where those before it are indentation. */
function without(text: string, { offset, source }: CST.SourceToken): Edit {
  let start = offset
  let end = offset + source.length
  while (text[start - 1] === ' ') start--
  if (text[start - 1] !== '\n') return { start, end, text: '' }
  while (text[end] === ' ') end++
  return { start: offset, end, text: '' }
}

function linesOf({ lineEnd }: Layout, text: string): string {
  return lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd)
}

function splice(text: string, edits: readonly Edit[]): string {
  let result = ''
  let end = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(end, edit.start) + edit.text
    end = Math.max(end, edit.end)
  }
  return result + text.slice(end)
}
