import type { ChildProcess, SpawnOptions } from 'node:child_process'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { type Finished, finished, start } from './cli.ts'
import { eventually } from './eventually.ts'
import type { Project } from './project.ts'

/** `rowtree watch` in a process of its own. */
export interface Watching {
  readonly child: ChildProcess
  /** What it has printed so far. */
  stdout(): string
  stderr(): string
  /** The events that it has told so far, with `--json`. */
  events(): Record<string, unknown>[]
  /** Waits for an event, and for what it has beside. */
  event(event: string, fields?: Record<string, unknown>): Promise<Record<string, unknown>>
  send(signal: NodeJS.Signals): void
  /** How it ended. */
  readonly done: Promise<Finished>
}

/** Starts a session with short times, and waits until it is ready. It ends with the running test. */
export async function watching(project: Project, args: readonly string[] = [], options: SpawnOptions = {}): Promise<Watching> {
  const child = start(['watch', '--settle', '20ms', '--poll', '100ms', ...args], { cwd: project.directory, ...options })
  let stdout = ''
  let stderr = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const done = finished(child)
  let isOver = false
  void done.then(() => (isOver = true))
  onTestFinished(() => void child.kill('SIGKILL'))
  const events = (): Record<string, unknown>[] =>
    stdout
      .slice(0, stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const session: Watching = {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    events,
    event: (event, fields = {}) =>
      eventually(`the event ${event} ${JSON.stringify(fields)}`, () =>
        events().find((told) => told['event'] === event && Object.entries(fields).every(([name, value]) => JSON.stringify(told[name]) === JSON.stringify(value))),
      ),
    // Deno's `child.kill` takes the signal for the way the process ended, even if it ended in order.
    send: (signal) => void process.kill(child.pid!, signal),
    done,
  }
  const quiet = args.includes('-q')
  await eventually('the session is ready', () => {
    if (isOver) throw new Error(`Cannot watch: the session has ended: ${stdout}${stderr}`)
    return quiet || stdout.includes('"event":"ready"') || stderr.includes('Ctrl-C ends')
  })
  return session
}
