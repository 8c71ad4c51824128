import process from 'node:process'
import { styleText } from 'node:util'
import { messageOf, RowtreeError } from '../errors.ts'
import type { Problem, Summary } from '../types.ts'

/** How a command speaks. */
export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

const number = new Intl.NumberFormat('en-US')

/** More than this many items of one kind are counted, not listed; `--json` lists all. */
const MOST_LISTED = 20

/** Data for people on stdout, everything else on stderr; with `--json` one document on stdout. */
export class Output {
  readonly options: OutputOptions

  constructor(options: OutputOptions) {
    this.options = options
  }

  /** The result of a command, as the one JSON document. */
  document(value: object): void {
    if (this.options.json) process.stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** The result of a command, for people. */
  say(text = ''): void {
    if (!this.options.json && !this.options.quiet) process.stdout.write(`${text}\n`)
  }

  /** What a person wants to know beside the result. */
  note(text: string): void {
    if (!this.options.json && !this.options.quiet) process.stderr.write(`${text}\n`)
  }

  /** What a person has to look at; shown even when quiet. */
  list(kind: 'conflict' | 'hold' | 'problem', items: readonly Problem[]): void {
    if (this.options.json) return
    const color = kind === 'problem' ? 'red' : 'yellow'
    for (const { message } of items.slice(0, MOST_LISTED)) process.stderr.write(`${paint(color, kind)} ${message}\n`)
    const rest = items.length - MOST_LISTED
    if (rest > 0) process.stderr.write(`${paint(color, kind)} and ${number.format(rest)} more; --json lists all\n`)
  }

  fail(command: string | null, error: unknown): void {
    if (this.options.json) return this.document({ command, ok: false, error: describe(error) })
    process.stderr.write(`${paint('red', 'error')} ${messageOf(error)}\n`)
    if (this.options.verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    if (this.options.verbose && error instanceof Error && error.cause) process.stderr.write(`caused by ${String(error.cause)}\n`)
  }
}

/** The line that tells people what a cycle did: only counts that are not zero, and always what was asked for. */
export function summaryLine(summary: Summary): string {
  const counts: [number, string][] = [
    [summary.imported, 'imported'],
    [summary.adopted, 'adopted'],
    [summary.unchanged, 'unchanged'],
    [summary.removed, 'removed'],
    [summary.deleted, 'deleted'],
    [summary.pending, 'pending'],
    [summary.conflicts.length, plural(summary.conflicts.length, 'conflict')],
    [summary.holds.length, plural(summary.holds.length, 'hold')],
    [summary.problems.length, plural(summary.problems.length, 'problem')],
  ]
  const parts = counts.filter(([count, word]) => count > 0 || word === 'unchanged').map(([count, word]) => `${number.format(count)} ${word}`)
  const rate = `${summary.seconds.toFixed(2)} s (${number.format(summary.rowsPerSecond)} rows/s)`
  return [`${number.format(summary.exported)} exported`, ...parts, rate].join(' · ')
}

/** The word that fits a count. */
export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}

/** Colours a word on stderr where its terminal wants colours. */
function paint(color: 'red' | 'yellow', word: string): string {
  return styleText(color, `${word}:`, { stream: process.stderr })
}

function describe(error: unknown): object {
  if (!(error instanceof RowtreeError)) return { code: 'unexpected', message: messageOf(error) }
  const { code, message, path, errno } = error
  return { code, message, ...(path !== undefined && { path }), ...(errno !== undefined && { errno }) }
}
