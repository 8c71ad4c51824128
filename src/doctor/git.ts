import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What git thinks of a path: it is in no repository, or nobody can ask; it is ignored, tracked, or neither. */
export type Tracking = 'none' | 'ignored' | 'tracked' | 'untracked'

const PATIENCE = 5_000

/** Asks git, where it is at hand. */
export async function trackingOf(path: string): Promise<Tracking> {
  if (await isSo(path, 'ls-files', '--error-unmatch')) return 'tracked'
  const ignored = await isSo(path, 'check-ignore', '--quiet')
  return ignored === undefined ? 'none' : ignored ? 'ignored' : 'untracked'
}

/** `undefined` where git cannot tell. */
async function isSo(path: string, ...question: readonly string[]): Promise<boolean | undefined> {
  try {
    await run('git', ['-C', dirname(path), ...question, '--', path], { timeout: PATIENCE, env: { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' } })
    return true
  } catch (error) {
    return (error as { code?: unknown }).code === 1 ? false : undefined
  }
}
