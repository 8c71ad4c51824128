import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { errnoOf, messageOf } from '../errors.ts'
import type { Problem } from '../types.ts'

/** Where a hook runs, and who hears of its failures. */
export interface HookOptions {
  /** The directory that the command starts in, absolute. */
  readonly cwd: string
  /** Called after each run that failed, with code `hook-failed`. */
  onFailure(problem: Problem): void
  /** How long `close` waits for a command that runs, in milliseconds. @default 5,000 */
  readonly patience?: number
}

const PATIENCE = 5_000

/** How long a command that was told to end may take for it, in milliseconds. */
const LAST_WORDS = 1_000

/** What one variable of the environment may have, in bytes: Linux allows 128 KiB. */
const LARGEST = 100_000

/** Systems without process groups end a shell, but not what it started. */
const GROUPS = process.platform !== 'win32'

/**
 * A shell command that runs after imports, one run at a time: paths that come meanwhile wait for the next one. Its environment has
 * `ROWTREE_PATHS`, one path a line and no more than fit, and `ROWTREE_COUNT`, how many there are; its standard input has all of them.
 * What it prints goes to our stderr. A failure is told and never stops anything.
 *
 * @example
 * ```ts
 * const hook = new Hook('npm run clear-cache', { cwd: '/srv/board', onFailure: ({ message }) => console.error(message) })
 * hook.run(['styles/Default/global.css'])
 * await hook.idle()
 * ```
 */
export class Hook {
  readonly #command: string
  readonly #options: HookOptions
  readonly #waiting = new Set<string>()
  #child: ChildProcess | undefined
  #runs: Promise<void> | undefined
  #given = false

  constructor(command: string, options: HookOptions) {
    this.#command = command
    this.#options = options
  }

  /** Runs the command for these paths, at once or after the run in progress. */
  run(paths: readonly string[]): void {
    if (this.#given) return
    for (const path of paths) this.#waiting.add(path)
    this.#runs ??= this.#runAll()
  }

  /** Resolves when no run is in progress and none waits. */
  async idle(): Promise<void> {
    await this.#runs
  }

  /** Waits for what runs and waits; what takes longer than the patience is told to end, with all that it started. */
  async close(): Promise<void> {
    const timers = [
      setTimeout(() => this.#end('SIGTERM'), this.#options.patience ?? PATIENCE),
      setTimeout(() => this.#end('SIGKILL'), (this.#options.patience ?? PATIENCE) + LAST_WORDS),
    ]
    await this.idle()
    for (const timer of timers) clearTimeout(timer)
    this.#given = true
  }

  async #runAll(): Promise<void> {
    // Whoever leaves at once takes the command along: it is in a group of its own, which a terminal's Ctrl-C does not reach.
    const leave = (): void => this.#signal('SIGTERM')
    process.on('exit', leave)
    while (this.#waiting.size > 0) {
      const paths = [...this.#waiting]
      this.#waiting.clear()
      const failure = await this.#runOnce(paths)
      if (failure) this.#options.onFailure({ path: this.#options.cwd, code: 'hook-failed', ...failure })
    }
    process.off('exit', leave)
    this.#runs = undefined
  }

  /** What went wrong, if something did. */
  async #runOnce(paths: readonly string[]): Promise<Pick<Problem, 'message' | 'errno'> | undefined> {
    const { cwd } = this.#options
    const env = { ...process.env, ROWTREE_PATHS: fitting(paths), ROWTREE_COUNT: String(paths.length) }
    const refused = (error: unknown): Pick<Problem, 'message' | 'errno'> => {
      const errno = errnoOf(error)
      return { message: cannot(`it could not be started in ${cwd}: ${messageOf(error)}`), ...(errno !== undefined && { errno }) }
    }
    try {
      const child = spawn(this.#command, { shell: true, cwd, env, detached: GROUPS, stdio: ['pipe', 2, 2] })
      this.#child = child
      return await new Promise((resolve) => {
        child.on('error', (error) => resolve(refused(error)))
        child.on('exit', (code, signal) => resolve(code === 0 ? undefined : { message: cannot(endOf(code, signal)) }))
        // A command may end without reading its input; how it ended tells the rest.
        child.stdin?.on('error', (error) => (isClosedPipe(error) ? undefined : resolve(refused(error))))
        child.stdin?.end(`${paths.join('\n')}\n`)
      })
    } catch (error) {
      return refused(error)
    } finally {
      this.#child = undefined
    }
  }

  /** What waits is given up along with what runs, and that is told. */
  #end(signal: NodeJS.Signals): void {
    this.#given = true
    const paths = this.#waiting.size
    this.#waiting.clear()
    this.#signal(signal)
    if (paths === 0) return
    const message = cannot(`the session ends, and the run before it took too long; ${paths === 1 ? 'one path was' : `${paths} paths were`} not passed on`)
    this.#options.onFailure({ path: this.#options.cwd, code: 'hook-failed', message })
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid
    if (pid === undefined) return
    try {
      process.kill(GROUPS ? -pid : pid, signal)
    } catch (error) {
      // It ended just now.
      if (errnoOf(error) !== 'ESRCH') throw error
    }
  }
}

/** Without the command, which may hold what a variable of the config's holds. */
function cannot(state: string): string {
  return `Cannot run the hook after an import: ${state}; the rows are written, look at the command (watch.onImport, or --hook)`
}

function endOf(code: number | null, signal: string | null): string {
  if (signal !== null) return `${signal} ended it`
  return code === 127 ? 'the shell did not find a command' : `it ended with exit code ${code}`
}

/** As many whole paths as one variable of the environment may have. */
function fitting(paths: readonly string[]): string {
  let room = LARGEST
  const end = paths.findIndex((path) => (room -= Buffer.byteLength(path) + 1) < 0)
  return (end < 0 ? paths : paths.slice(0, end)).join('\n')
}

function isClosedPipe(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'EOF'].includes(errnoOf(error) ?? '')
}
