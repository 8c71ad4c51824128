import type { Check, CheckStatus, Remark } from '../doctor.ts'
import { caretName } from './caret.ts'
import { counted, type Paint, plain, type Style } from './words.ts'

/** How checks are shown. */
export interface CheckupOptions {
  /** @default no colours */
  readonly paint?: Paint | undefined
  /** How many columns there are. @default as many as it takes */
  readonly columns?: number | undefined
}

const SIGNS: Readonly<Record<CheckStatus, readonly [sign: string, style: Style]>> = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'] }

/** The longest name of a check, and what stands before it. */
const NAME = 12
const INDENT = '  ✓ fail  '.length + NAME + 1

/** Below this width messages stand below the names. */
const NARROW = 64
const NARROW_INDENT = 4

/** A check as lines: a sign, a word, its name, what was found, and what mends it. */
export function shownCheck({ name, status, message, remedy }: Remark, { paint = plain, columns = Number.POSITIVE_INFINITY }: CheckupOptions = {}): string[] {
  const [sign, style] = SIGNS[status]
  const narrow = columns < NARROW
  const indent = ' '.repeat(narrow ? NARROW_INDENT : INDENT)
  const head = `  ${paint(style, sign)} ${paint(style, status.padEnd(4))}  ${name.padEnd(NAME)} `
  const [first = '', ...rest] = linesOf(message, columns - indent.length)
  const lines = narrow ? [head.trimEnd(), indent + first, ...rest.map((line) => indent + line)] : [head + first, ...rest.map((line) => indent + line)]
  if (remedy === undefined) return lines
  const [cure = '', ...further] = linesOf(remedy, columns - indent.length - 2)
  return [...lines, `${indent}${paint('bold', `→ ${cure}`)}`, ...further.map((line) => `${indent}  ${paint('bold', line)}`)]
}

/** What all checks come to. */
export function verdict(checks: readonly Check[]): string {
  const of = (status: CheckStatus): number => checks.filter((check) => check.status === status).length
  const [warnings, failures] = [of('warn'), of('fail')]
  return counted([[of('ok'), 'ok'], [warnings, warnings === 1 ? 'warning' : 'warnings'], [failures, failures === 1 ? 'failure' : 'failures']]).join(' · ')
}

/** A text as lines; its own stay, such as one for each fault of a config. */
function linesOf(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapped(caretName(line.trim()), width))
}

/** Lines of at most this width, broken between words; a longer word has a line of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
