import process from 'node:process'
import { join } from 'node:path'
import { type Call, type Fault, type Faults, type Noted } from '../support/faults/index.ts'
import { amount, SEED, type Trials } from '../support/method.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Player, Rehearsal } from './rehearsal.ts'
import type { Scene } from './scenes.ts'

/** Which calls of an operation are struck, and how. */
export interface Strike {
  /** The first call, from 1, among those of these kinds. Default: all kinds. */
  readonly at: number
  readonly calls?: readonly Call[]
  /** Default 1: what passes. */
  readonly times?: number
  readonly fault: Fault
}

/** What each call may report, by its manual page, and network filesystems beyond it. */
export const ERRORS: Readonly<Record<Call, readonly Fault[]>> = {
  open: ['EIO', 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EBUSY', 'EMFILE', 'ENAMETOOLONG', 'EINTR'],
  read: ['EIO', 'EINTR'],
  write: ['EIO', 'ENOSPC', 'EDQUOT', 'EINTR'],
  fsync: ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EINTR'],
  rename: ['EIO', 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EXDEV', 'EBUSY', 'ENAMETOOLONG'],
  link: ['EIO', 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EXDEV', 'ENAMETOOLONG'],
  unlink: ['EIO', 'EACCES', 'EROFS', 'EBUSY', 'ENAMETOOLONG'],
  mkdir: ['EIO', 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'ENAMETOOLONG'],
  rmdir: ['EIO', 'EACCES', 'EROFS', 'EBUSY'],
  truncate: ['EIO', 'EACCES', 'EROFS', 'EINTR'],
  chmod: ['EIO', 'EROFS', 'EPERM'],
  chown: ['EIO', 'EROFS', 'EPERM', 'EDQUOT'],
  close: ['EIO', 'ENOSPC', 'EDQUOT', 'EINTR'],
  stat: ['EIO', 'EACCES', 'ENAMETOOLONG', 'EINTR'],
  list: ['EIO', 'EACCES', 'EMFILE', 'EINTR'],
  // Only the doctor asks.
  statfs: [],
}

/** Calls that take temps away: where one of them fails, the temp waits for a sweep. */
const REMOVING: ReadonlySet<Call> = new Set(['unlink', 'rmdir', 'list', 'stat', 'open', 'close'])

/**
 * Strikes system calls of one operation, one strike a trial.
 *
 * @param choose from the calls that the operation makes
 */
export async function strikeAll(scene: Scene, faults: Faults, player: Player, choose: (calls: readonly Noted[]) => readonly Strike[], trials: Trials): Promise<void> {
  const root = join(temporaryDirectory(), 'project')
  let calls: readonly Noted[] = []
  const counting = {
    begin: () => faults.arm({ root }),
    end() {
      calls = faults.log()
      faults.disarm()
      return undefined
    },
  }
  const rehearsal = await Rehearsal.begin(scene, root, player, trials, counting)
  for (const strike of choose(calls)) {
    await rehearsal.try({
      title: `${scene.name}: ${strike.fault} ${strike.times ? 'from' : 'at'} call ${strike.at}${strike.calls ? ` of ${strike.calls.join(', ')}` : ''}`,
      begin: () => faults.arm({ root, ...strike }),
      end() {
        const log = faults.log()
        const struck = log.filter(({ isStruck }) => isStruck)
        faults.disarm()
        // Buffers make an operation take a call less now and then.
        if (struck.length === 0) return undefined
        const keepsTemps = struck.some(keepsTemp)
        return { what: struck.length === 1 ? ` (${struck[0]!.call} ${struck[0]!.path})` : '', keepsTemps, losses: strike.fault === 'EINTR' ? [] : flushedTwice(log) }
      },
    })
  }
}

/** Whether a temp stays because of this call: it could not be removed. A directory that cannot be entered keeps none, it can still be named. */
function keepsTemp({ call, path }: Noted): boolean {
  return REMOVING.has(call) && /(?:^|\/)\.rowtree-/.test(path)
}

/** After a flush that failed the pages count as written: another flush of the same temp succeeds, and says nothing. */
function flushedTwice(log: readonly Noted[]): string[] {
  const failed = log.findIndex(({ call, isStruck, path }) => call === 'fsync' && isStruck && path.includes('.rowtree-'))
  const again = failed < 0 ? undefined : log.slice(failed + 1).find(({ call, isStruck, path }) => call === 'fsync' && !isStruck && path === log[failed]!.path)
  return again ? [`${again.path} is flushed again after a flush of it failed`] : []
}

/** Each call by itself, with each error that it may report. */
export function once(calls: readonly Noted[], which: (call: Noted) => boolean = () => true): Strike[] {
  return calls.flatMap((one, index) => (which(one) ? ERRORS[one.call].map((fault) => ({ at: index + 1, fault })) : []))
}

/** Each call by itself, with one of the errors that it may report: which one, the seed says. */
export function eachOnce(calls: readonly Noted[]): Strike[] {
  return calls.map(({ call }, index) => ({ at: index + 1, fault: ERRORS[call][(SEED + index) % ERRORS[call].length]! }))
}

/** Some of them, evenly spread from a random one on; the seed is printed. */
export function sample<T>(all: readonly T[], short: number, long: number): readonly T[] {
  const count = amount(short, long)
  if (all.length <= count) return all
  const step = all.length / count
  const offset = ((SEED % 1_000) / 1_000) * step
  process.stderr.write(`ROWTREE_SEED=${SEED}: ${count} of ${all.length}\n`)
  return Array.from({ length: count }, (_, index) => all[Math.floor(offset + index * step)]!)
}
