import { decodeFields, type Decoded } from './decode.ts'
import { encodeFields } from './encode.ts'
import type { Field, FieldValue } from './fields.ts'
import { reviseFields } from './revise.ts'

/** A text that begins with a YAML map between two lines of `---`. The parts together are the text. */
export interface FrontMatter {
  /** `---` and its line end. */
  readonly opening: string
  readonly yaml: string
  /** `---` and its line end, which is missing where the text ends with it. */
  readonly closing: string
  readonly body: string
}

const OPENING = /^\uFEFF?---[ \t]*\r?\n/
const CLOSING = /(?<=\n)---[ \t]*(?:\r?\n|(?![^]))/g

/**
 * The parts of a text with front matter; `undefined` where it has none, or one without an end. Whatever the body is, also `---` again, stays as it is.
 *
 * @example
 * ```ts
 * splitFrontMatter('---\ntitle: Home\n---\n<p>') // { opening: '---\n', yaml: 'title: Home\n', closing: '---\n', body: '<p>' }
 * ```
 */
export function splitFrontMatter(text: string): FrontMatter | undefined {
  const opening = OPENING.exec(text)?.[0]
  if (opening === undefined) return undefined
  CLOSING.lastIndex = opening.length
  const closing = CLOSING.exec(text)
  if (closing === null) return undefined
  const end = closing.index + closing[0].length
  return { opening, yaml: text.slice(opening.length, closing.index), closing: closing[0], body: text.slice(end) }
}

/**
 * The canonical text of some columns as front matter, and one more as the body, byte for byte.
 *
 * @example
 * ```ts
 * encodeFrontMatter([['title', 'Home']], '<p>') // '---\ntitle: Home\n---\n<p>'
 * ```
 */
export function encodeFrontMatter(fields: readonly Field[], body: string): string {
  return `---\n${encodeFields(fields)}---\n${body}`
}

/**
 * The values of a file with front matter, in the order of `names`, and behind them its body. As `decodeFields` has it, each name must be there once, and no other.
 *
 * @param path of the file, for messages
 * @param decimals see `decodeFields`
 */
export function decodeFrontMatter(text: string, names: readonly string[], path: string, decimals?: ReadonlySet<string>): Decoded {
  const parts = splitFrontMatter(text)
  if (parts === undefined) {
    const state = OPENING.test(text) ? 'its front matter has no end; close it with a line ---' : `it has no front matter; begin it with a line ---, then ${names.join(', ')}, each on a line, then ---`
    return { problem: { path, code: 'no-front-matter', message: `Cannot read ${path}: ${state}` } }
  }
  // With its opening, which means nothing to YAML, lines are numbered as in the file.
  const decoded = decodeFields(parts.opening + parts.yaml, names, path, decimals)
  return 'problem' in decoded ? decoded : { values: [...decoded.values, parts.body] as FieldValue[] }
}

/**
 * The text of a structured row's file changed so that it says what `canonical` does, as `reviseFields` does it. Of a file with front matter the body
 * is the canonical one, and of the front matter only values that differ are touched.
 *
 * @param canonical as `encodeFields` or `encodeFrontMatter` gives it
 */
export function reviseStructured(text: string, canonical: string): string {
  // What `encodeFields` writes never begins so.
  const wanted = canonical.startsWith('---\n') ? splitFrontMatter(canonical) : undefined
  if (wanted === undefined) return reviseFields(text, canonical)
  const current = splitFrontMatter(text)
  if (current === undefined) return canonical
  const closing = wanted.body !== '' && !current.closing.endsWith('\n') ? `${current.closing}\n` : current.closing
  return current.opening + reviseFields(current.yaml, wanted.yaml) + closing + wanted.body
}
