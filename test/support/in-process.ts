import process from 'node:process'
import type { Finished } from './cli.ts'

/** What a run in this process needs that a process of its own would have. */
export interface Surroundings {
  readonly script: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

let busy = false

/** Whether this process has a command line to spare: there is only one working directory and one environment. */
export function isFree(): boolean {
  return !busy
}

/**
 * Runs the command line in this process, with what it prints caught: a process takes 200 ms to start, and most tests are about what a command does. How a process ends, what signals
 * do, and several at once are tested with real ones.
 */
export async function runHere(args: readonly string[], { script, cwd, env }: Surroundings): Promise<Finished> {
  busy = true
  const before = { cwd: process.cwd(), env: { ...process.env }, script: process.argv[1]!, exitCode: process.exitCode }
  const caught = [catchWrites(process.stdout), catchWrites(process.stderr)] as const
  try {
    const { main } = await import('../../src/cli/main.ts')
    become(cwd, env, script)
    process.exitCode = 0
    await main(args)
    return { code: Number(process.exitCode), signal: null, stdout: caught[0].text(), stderr: caught[1].text() }
  } finally {
    for (const one of caught) one.release()
    process.exitCode = before.exitCode
    become(before.cwd, before.env, before.script)
    busy = false
  }
}

function become(cwd: string, env: NodeJS.ProcessEnv, script: string): void {
  process.chdir(cwd)
  process.argv[1] = script
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
}

function catchWrites(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  const { write } = stream
  const listeners = new Set(stream.listeners('error'))
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined
    if (done) queueMicrotask(done)
    return true
  }) as typeof stream.write
  return {
    text: () => text,
    release() {
      stream.write = write
      for (const listener of stream.listeners('error')) if (!listeners.has(listener)) stream.off('error', listener as () => void)
    },
  }
}
