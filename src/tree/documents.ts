import { type Document, parseDocument, YAMLParseError } from 'yaml'
import { reviseYaml } from '../core/yaml.ts'
import { messageOf, RowtreeError } from '../errors.ts'
import type { FileContent } from './read.ts'
import { replaceFile, type WriteOptions } from './write.ts'

/** How a JSON file is written. */
export interface JsonOptions extends WriteOptions {
  /** Spaces a level, or the text to indent with. Default 2. */
  readonly indent?: number | string
}

/**
 * Writes data as a JSON file with a final newline, in one step like `writeFileAtomic`.
 *
 * @throws {TypeError} where the data cannot be JSON (a cycle, a BigInt, `undefined`); nothing is written then
 *
 * @example
 * ```ts
 * await writeJsonAtomic('settings.json', { theme: 'dark' }, { indent: '\t', backup: true })
 * ```
 */
export async function writeJsonAtomic(path: string | URL, data: unknown, options: JsonOptions = {}): Promise<void> {
  const { indent = 2, ...rest } = options
  const text = JSON.stringify(data, undefined, indent) as string | undefined
  if (text === undefined) throw new TypeError(`Cannot write ${String(path)}: ${typeof data} has no JSON form`)
  await replaceFile(path, new TextEncoder().encode(`${text}\n`), rest)
}

/**
 * Writes data as a YAML file in one step like `writeFileAtomic`. An existing document keeps its comments,
 * its order and its style wherever the data is still the same; keys that the data lacks are removed.
 *
 * @throws {RowtreeError} `document-invalid` where the existing file is not one YAML document, with line and
 * column; `changed-meanwhile` where somebody changed it at the same time. Nothing is written then.
 * @throws where the data cannot be YAML (a function, `undefined`); nothing is written then
 *
 * @example
 * ```ts
 * await writeYamlAtomic('rowtree.yaml', { store: { url: 'sqlite:board.sqlite' }, tree: './board' })
 * ```
 */
export async function writeYamlAtomic(path: string | URL, data: unknown, options: WriteOptions = {}): Promise<void> {
  if (data === undefined) throw new TypeError(`Cannot write ${String(path)}: undefined has no YAML form`)
  const revise = (current: FileContent | undefined): Uint8Array => {
    const { text, document } = read(String(path), current?.bytes ?? new Uint8Array())
    return new TextEncoder().encode(reviseYaml(text, document, data))
  }
  await replaceFile(path, revise, options)
}

function read(path: string, bytes: Uint8Array): { text: string; document: Document } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const document = parseDocument(text, { logLevel: 'error' })
    if (document.errors[0]) throw document.errors[0]
    // An alias without an anchor shows only when it is looked up.
    document.toJS()
    return { text, document }
  } catch (error) {
    const [place] = (error instanceof YAMLParseError && error.linePos) || []
    const at = place ? `${path}:${place.line}:${place.col}` : path
    const state = messageOf(error).split(/ at line|\n/)[0]
    throw new RowtreeError('document-invalid', `Cannot write ${at}: the present file is not one YAML document (${state})`, { path, cause: error })
  }
}
