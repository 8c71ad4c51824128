import type { Difference } from '../options.ts'
import { caret } from './caret.ts'
import { type Paint, plain, type Style } from './words.ts'

/** How the lines of a patch begin and are shown. */
const STYLES: Readonly<Record<string, Style>> = { '@': 'cyan', '+': 'green', '-': 'red' }

/** Where a patch is going to be read. */
export interface PatchOptions {
  /** @default no colours */
  readonly paint?: Paint
  /** It goes to a terminal, which would obey what a row or a file holds: control characters are shown by name. */
  readonly terminal: boolean
}

/** A difference as text that ends with a line's end: byte for byte what `patch` takes, unless it goes to a terminal. */
export function patchText(difference: Difference, { paint = plain, terminal }: PatchOptions): string {
  const { path, from, to, binary, patch } = difference
  const shown = (text: string): string => (terminal ? caret(text) : text)
  if (binary) return `${shown(`Binary versions ${from}/${path} and ${to}/${path} differ`)}\n`
  if (!terminal && paint === plain) return patch
  let inHeader = true
  const lines = patch.split('\n').map((line) => {
    if (line.startsWith('@@')) inHeader = false
    const style = inHeader ? 'bold' : STYLES[line[0] ?? '']
    return style === undefined || line === '' ? shown(line) : paint(style, shown(line))
  })
  return lines.join('\n')
}
