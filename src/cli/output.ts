import process from 'node:process'
import { styleText } from 'node:util'
import { messageOf, RowtreeError } from '../errors.ts'
import type { Problem } from '../types.ts'
import { caret } from './caret.ts'
import { firstOf, type Paint, plain, type Style } from './words.ts'

/** How a command speaks. */
export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** With `--json`, one line an event instead of one document. @default false */
  readonly events?: boolean
}

/** What a person may have to look at. */
export type Kind = 'conflict' | 'deletion' | 'hold' | 'problem'

const STYLES: Readonly<Record<Kind, Style>> = { conflict: 'yellow', deletion: 'magenta', hold: 'yellow', problem: 'red' }

/** Data for people on stdout, everything else on stderr; with `--json` one document on stdout, or one an event. */
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

  /** A part of a long result: it waits until the part is taken, and is `false` when nobody reads any more. */
  async data(text: string): Promise<boolean> {
    if (this.options.json || this.options.quiet) return true
    return await new Promise((resolve) => process.stdout.write(text, (error) => resolve(!error)))
  }

  /** An event, as a line of JSON; it waits until that is taken, and is `false` when nobody reads any more. */
  async event(value: object): Promise<boolean> {
    if (!this.options.json) return true
    return await new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, (error) => resolve(!error)))
  }

  /** What a person has to look at, in a line that a terminal may have as it is; shown even when quiet. */
  attention(text: string): void {
    if (!this.options.json) process.stderr.write(`${text}\n`)
  }

  /** What a person wants to know beside the result. */
  note(text: string): void {
    if (!this.options.json && !this.options.quiet) process.stderr.write(`${shown(text)}\n`)
  }

  /** The same, in a line that a terminal may have as it is. */
  aside(text: string): void {
    if (!this.options.quiet) this.attention(text)
  }

  /** What a person has to look at; shown even when quiet, except deletions, which are only pending. */
  list(kind: Kind, items: readonly Problem[]): void {
    if (this.options.json || (this.options.quiet && kind === 'deletion')) return
    const label = stderrPaint(STYLES[kind], `${kind}:`)
    const messages = items.map(({ message }) => shown(message))
    for (const line of firstOf(messages)) process.stderr.write(`${label} ${line}\n`)
  }

  fail(command: string | null, error: unknown): void {
    const event = this.options.events ? { event: 'error', time: new Date().toISOString() } : {}
    if (this.options.json) return this.document({ ...event, command, ok: false, error: describe(error) })
    process.stderr.write(`${stderrPaint('red', 'error:')} ${shown(messageOf(error))}\n`)
    if (this.options.verbose && error instanceof Error) process.stderr.write(`${shown(String(error.stack))}\n`)
    if (this.options.verbose && error instanceof Error && error.cause) process.stderr.write(`caused by ${shown(String(error.cause))}\n`)
  }
}

/** Sets text off on stdout where its reader wants that; otherwise `plain` itself. */
export function stdoutPaint(): Paint {
  const paint = paintOn(process.stdout)
  return paint('bold', '.') === '.' ? plain : paint
}

/** The same for stderr. */
export const stderrPaint: Paint = paintOn(process.stderr)

function paintOn(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream })
}

/** Messages quote names from the database and the disk, which a terminal would obey. */
function shown(text: string): string {
  return process.stderr.isTTY ? caret(text) : text
}

function describe(error: unknown): object {
  if (!(error instanceof RowtreeError)) return { code: 'unexpected', message: messageOf(error) }
  const { code, message, path, errno } = error
  return { code, message, ...(path !== undefined && { path }), ...(errno !== undefined && { errno }) }
}
