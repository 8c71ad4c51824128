import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/**
 * What the machine's C compiler makes of a source, one file for each version of it.
 *
 * @returns its path; `undefined` where there is no compiler, or not the C library that it is written for
 */
export function compiled(source: URL, ...flags: readonly string[]): string | undefined {
  const path = fileURLToPath(source)
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
  const made = join(tmpdir(), `rowtree-${basename(path, '.c')}-${digest}`)
  if (existsSync(made)) return made
  // Several processes may make it at the same time.
  const temp = `${made}.${process.pid}`
  try {
    execFileSync('cc', ['-O2', '-o', temp, path, ...flags], { stdio: 'ignore' })
  } catch {
    // The tests say that they need one.
    return undefined
  }
  renameSync(temp, made)
  return made
}
