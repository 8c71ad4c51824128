import { readFileSync } from 'node:fs'
import process from 'node:process'
import { threadId } from 'node:worker_threads'
import { errnoOf } from '../errors.ts'

/**
 * Names of temp files: `.rowtree-<pid>-<start>-<thread>-<group>-<index>.tmp`, numbers in base 36.
 *
 * They say who made them, so that a sweep can tell a dead process's temp from a living one's
 * and never takes a user's own `x.tmp` for one. They do not contain the target's name: that
 * may already be as long as a name can be.
 */
const TEMP = /^\.rowtree-([0-9a-z]+)-([0-9a-z]+)-[0-9a-z]+-[0-9a-z]+-[0-9a-z]+\.[A-Za-z0-9._-]+$/

/** The suffix of temp files when nobody chose another. */
export const TEMP_SUFFIX = '.tmp'

let groups = 0

/** A prefix for a group of temps that no other group of any living process has. */
export function tempPrefix(): string {
  const numbers = [process.pid, ownStart(), threadId, groups++]
  return `.rowtree-${numbers.map((number) => number.toString(36)).join('-')}`
}

/** The name of one temp of a group. */
export function tempName(prefix: string, index: number, suffix: string): string {
  return `${prefix}-${index.toString(36)}${suffix}`
}

/** Who made a temp. */
export interface TempOwner {
  readonly pid: number
  /** When that process started, in the kernel's ticks since boot; 0 where it cannot be told. */
  readonly start: number
}

/** The maker of a temp, by its name; `undefined` when the name is not a temp's. */
export function tempOwner(name: string): TempOwner | undefined {
  const match = TEMP.exec(name)
  return match ? { pid: Number.parseInt(match[1]!, 36), start: Number.parseInt(match[2]!, 36) } : undefined
}

/** Whether the maker of a temp still runs. A process id that another process took over does not count. */
export function isAlive(owner: TempOwner): boolean {
  if (owner.pid === process.pid) return owner.start === ownStart()
  const start = processStart(owner.pid)
  if (start !== undefined) return owner.start === 0 || start === owner.start
  // No /proc here, or no such process there: ask by a signal that does nothing.
  try {
    process.kill(owner.pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}

let start: number | undefined

function ownStart(): number {
  start ??= processStart(process.pid) ?? 0
  return start
}

/** Field 22 of /proc/<pid>/stat; `undefined` where there is no such file, -1 for a process that ended. */
function processStart(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process keeps its entry until its parent asks how it ended, which some never do.
    return 'ZX'.includes(fields[0]!) ? -1 : Number(fields[19])
  } catch {
    // Not Linux, no such process, or no permission: all mean that it cannot be told this way.
    return undefined
  }
}
