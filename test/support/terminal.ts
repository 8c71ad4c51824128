import { execFileSync, spawn, type SpawnOptions } from 'node:child_process'
import process from 'node:process'
import { command, type Finished, finished } from './cli.ts'

/** Whether terminals can be had here: `script` of util-linux makes them. */
export const HAS_TERMINAL: boolean = scriptVersion().includes('util-linux')

function scriptVersion(): string {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8', stdio: 'pipe' })
  } catch {
    return ''
  }
}

/** Runs rowtree on a terminal of this many columns; what is on the screen is in `stdout`. */
export async function onTerminal(args: readonly string[], columns: number, options: SpawnOptions = {}): Promise<Finished> {
  const [file, rest] = command(args)
  const typed = [file, ...rest].map((word) => `'${word}'`).join(' ')
  // Each of these turns colours on or off.
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...plain } = process.env
  const env = { ...plain, TERM: 'xterm-256color', ...options.env }
  return await finished(spawn('script', ['-qec', `stty cols ${columns}; ${typed}`, '/dev/null'], { ...options, env }))
}
