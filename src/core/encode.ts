import { type Decimal, type Field, type FieldValue, isDecimal } from './fields.ts'

/** A value's YAML: what stands after `key: `, and the lines below it, each with its line feed, for a block. */
export interface Spelling {
  readonly head: string
  readonly body: string
}

/**
 * Several columns as one YAML map in the given order. The same fields give the same bytes in every version: the text is
 * what digests are made of, which is why no library decides how it looks.
 *
 * Texts of several lines are block literals where a block holds them exactly, and otherwise quoted a line a line.
 * Texts that YAML, 1.1 included, could take for something else are quoted. Reals always have a point, bytes are `!!binary`.
 *
 * @throws {RangeError} where a decimal is not a number
 *
 * @example
 * ```ts
 * encodeFields([['id', 7n], ['price', 2], ['body', '<p>\n</p>\n']]) // 'id: 7\nprice: 2.0\nbody: |\n  <p>\n  </p>\n'
 * ```
 */
export function encodeFields(fields: readonly Field[]): string {
  let text = ''
  for (const [name, value] of fields) {
    const { head, body } = spell(value, '  ')
    text += `${KEY.test(name) && !WORD.test(name) ? name : quote(name)}: ${head}\n${body}`
  }
  return text === '' ? '{}\n' : text
}

const KEY = /^[A-Za-z_][\w-]*$/

/** What YAML takes for null, a boolean or a merge key in one version or another. */
const WORD = /^(?:null|true|false|yes|no|on|off|y|n|<<)$/i

/** What YAML does not count as printable, what may be taken for a line end, and what does not survive a decoder. */
const ESCAPED = /[\p{Cs}\u2028\u2029\uFEFF\uFFFE\uFFFF]|(?![\t\n])\p{Cc}/u

/** Base64 lines have this many characters, as in mails. */
const BASE64_LINE = 76

/**
 * The canonical spelling of a value.
 *
 * @param indent of the lines below the key; `undefined` inside braces, where all is on one line
 */
export function spell(value: FieldValue, indent: string | undefined): Spelling {
  if (typeof value === 'string') return spellText(value, indent)
  if (value instanceof Uint8Array) return spellBytes(value, indent)
  if (typeof value === 'number') return inline(spellReal(value))
  if (value !== null && isDecimal(value)) return inline(spellDecimal(value))
  return inline(String(value))
}

function inline(head: string): Spelling {
  return { head, body: '' }
}

function spellText(text: string, indent: string | undefined): Spelling {
  const escaped = ESCAPED.test(text)
  if (indent !== undefined && text.includes('\n')) {
    if (!escaped && isLiteral(text)) {
      const final = text.endsWith('\n')
      // Without a digit the first line's spaces would count as indentation.
      const head = `|${/^\n* /.test(text) ? 2 : ''}${final ? '' : '-'}`
      const lines = final ? text.slice(0, -1) : text
      return { head, body: `${lines.replaceAll(/^(?!$)/gm, indent)}\n` }
    }
    const lines = text.split(/(?<=\n)/)
    // A space at the start of a line would be taken for indentation.
    if (lines.length > 1) return inline(`"\\\n${lines.map((line) => `${indent}${escape(line).replace(/^ /, '\\ ')}`).join('\\\n')}"`)
  }
  if (escaped || /[\t\n]/.test(text)) return inline(quote(text))
  if (indent !== undefined && isPlain(text)) return inline(text)
  return inline(/["\\]/.test(text) && !text.includes("'") ? `'${text}'` : quote(text))
}

/**
 * Whether a block gives the text back. White space at its end would survive, but only until an editor tidies up; line
 * ends at the end would need lines that comments and other keys may come to stand below.
 */
function isLiteral(text: string): boolean {
  return /\S\n?$/.test(text)
}

/** Whether the text may stand as it is. Numbers, dates and indicators are what does not start like a word. */
function isPlain(text: string): boolean {
  return /^[\p{L}_/<($]/u.test(text) && !/: | #|[: ]$/.test(text) && !WORD.test(text)
}

function quote(text: string): string {
  return `"${escape(text)}"`
}

function escape(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1)
  return escaped.replaceAll(/[\p{Cc}\u2028\u2029\uFEFF\uFFFE\uFFFF]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The point tells a real from an integer, also before an exponent, as YAML 1.1 wants it. */
function spellReal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value < 0 ? '-.inf' : '.inf'
  const [mantissa = '', exponent] = (Object.is(value, -0) ? '-0' : String(value)).split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}${exponent === undefined ? '' : `e${exponent}`}`
}

function spellDecimal({ decimal }: Decimal): string {
  if (/^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(decimal)) return decimal
  const real = /^(?:NaN|[-+]?Infinity)$/.test(decimal) ? Number(decimal) : undefined
  if (real === undefined) throw new RangeError('Cannot write a decimal: it is not a number')
  return spellReal(real)
}

function spellBytes(bytes: Uint8Array, indent: string | undefined): Spelling {
  let binary = ''
  // Of an argument list there must not be too much at once.
  for (let start = 0; start < bytes.length; start += 8_192) binary += String.fromCharCode(...bytes.subarray(start, start + 8_192))
  const text = btoa(binary)
  if (indent === undefined || text.length <= BASE64_LINE) return inline(`!!binary "${text}"`)
  const lines = text.match(new RegExp(`.{1,${BASE64_LINE}}`, 'g')) ?? []
  return { head: '!!binary |', body: lines.map((line) => `${indent}${line}\n`).join('') }
}
