import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { isFree, runHere } from './in-process.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** What a finished process left. */
export interface Finished {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** The command that runs rowtree, or another script, from its sources on the runtime that runs the tests. */
export function command(args: readonly string[], script: string = MAIN): [string, string[]] {
  const deno = 'deno' in process.versions
  return [process.execPath, [...(deno ? ['run', '-A', '--no-check', '--quiet'] : []), script, ...args]]
}

/** Modules that are compiled once start a third faster. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url))

/** This process's environment without what would steer rowtree. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(ROWTREE_|npm_|CI$)/.test(name))
  return { ...Object.fromEntries(kept), NODE_COMPILE_CACHE: CACHE }
}

/** Starts rowtree. */
export function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const [file, rest] = command(args)
  const env = { ...environment(), NO_COLOR: '1', ...options.env }
  return spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...options, env })
}

/** Runs rowtree to its end, in this process where the options allow that. */
export async function rowtree(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  const { cwd = process.cwd(), env, ...others } = options
  if (Object.keys(others).length > 0 || !isFree()) return await finished(start(args, options))
  const done = await runHere(args, { script: MAIN, cwd: String(cwd), env: { ...environment(), NO_COLOR: '1', ...env } })
  return { ...done, stderr: done.stderr.replaceAll(PROGRESS, '') }
}

/** A machine that is slow enough shows progress; what a command says is the rest. */
const PROGRESS = /^(exporting|importing|syncing|comparing|resolving|undoing) .* left\n/gm

/** Waits for a process and collects what it prints, except lines of progress. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr: stderr.replaceAll(PROGRESS, '') }))
  })
}
