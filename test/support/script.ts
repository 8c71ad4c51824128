import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { finished } from './cli.ts'
import { temporaryDirectory } from './temporary.ts'

/** A user without any rights. */
export const NOBODY = 65_534

/** Which runtime runs the tests. */
export const IS_DENO: boolean = 'deno' in process.versions

/** Only root may become another user. */
export const IS_ROOT: boolean = process.getuid?.() === 0

/** Where users without rights keep modules that are compiled, for the next process too: without them each start takes seconds. */
export function cacheOfNobody(): string {
  const directory = join(tmpdir(), 'rowtree-compile-cache-of-nobody')
  mkdirSync(directory, { recursive: true })
  if (IS_ROOT) chmodSync(directory, 0o777)
  return directory
}

const CONFIG = fileURLToPath(new URL('../../deno.json', import.meta.url))

/** Where a module of ours is, for the import of a script. */
export function source(path: string): string {
  return new URL(`../../src/${path}`, import.meta.url).href
}

/**
 * Starts TypeScript in a process of its own, on the runtime that runs the tests. Its arguments are
 * `process.argv.slice(2)`; a wrapper, such as a tracer, stands in front of the command.
 */
export function startScript(
  code: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
  wrapper: readonly string[] = [],
): ChildProcess {
  const directory = temporaryDirectory()
  const file = join(directory, 'script.mts')
  const cache = join(directory, 'cache')
  writeFileSync(file, code)
  mkdirSync(cache)
  chmodSync(directory, 0o755)
  chmodSync(cache, 0o777)
  const flags = IS_DENO ? ['run', '-A', '--no-check', '--quiet', '--no-lock', '--config', CONFIG] : ['--no-warnings']
  const [first, ...rest] = [...wrapper, process.execPath, ...flags, file, ...args]
  return spawn(first!, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
    env: { ...process.env, ...options.env, ...(options.uid !== undefined && { NODE_COMPILE_CACHE: cacheOfNobody() }), DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1' },
  })
}

/** Runs TypeScript to its end and reads the JSON that it prints. */
export async function runScript<T>(
  code: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
  wrapper: readonly string[] = [],
): Promise<T> {
  const { stdout, stderr, code: exit, signal } = await finished(startScript(code, args, options, wrapper))
  if (exit !== 0) throw new Error(`The script ended with ${exit ?? signal}: ${stderr}`)
  return JSON.parse(stdout) as T
}
