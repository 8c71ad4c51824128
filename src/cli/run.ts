import { resolve } from 'node:path'
import process from 'node:process'
import { RowtreeError } from '../errors.ts'
import { exitCodeOfError, FAILED, HUNG_UP, INTERRUPTED, TERMINATED } from './exit.ts'
import { Output } from './output.ts'

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly config?: string
  readonly cwd?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** How a command differs from most. */
export interface RunOptions {
  /** With `--json` it prints one line an event instead of one document. */
  readonly events?: boolean
}

/** What a command works with. */
export interface CommandContext {
  readonly output: Output
  /** The directory to start from, absolute: `--cwd` or the process's own. */
  readonly cwd: string
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
}

/** A person's Ctrl-C, a supervisor's stop, a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const CODES: Partial<Record<NodeJS.Signals, number>> = { SIGINT: INTERRUPTED, SIGHUP: HUNG_UP }

/**
 * Runs a command's work: its exit code becomes the process's, its error a message. The first signal
 * lets the work end in order, the second ends the process at once.
 */
export async function run(
  command: string,
  flags: GlobalFlags,
  work: (context: CommandContext) => Promise<number>,
  { events = false }: RunOptions = {},
): Promise<void> {
  const output = new Output({ json: flags.json ?? false, quiet: flags.quiet ?? false, verbose: flags.verbose ?? false, events })
  const stopper = new AbortController()
  let signalCode: number | undefined
  const stop = (signal: NodeJS.Signals): void => {
    const code = CODES[signal] ?? TERMINATED
    if (signalCode !== undefined) process.exit(code)
    signalCode = code
    stopper.abort(signal)
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    const code = await work({ output, cwd: resolve(flags.cwd ?? '.'), signal: stopper.signal })
    process.exitCode = signalCode ?? code
  } catch (error) {
    output.fail(command, error)
    process.exitCode = signalCode ?? (error instanceof RowtreeError ? exitCodeOfError(error.code) : FAILED)
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}
