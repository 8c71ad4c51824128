import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { shellWord } from '../core/remedy.ts'
import type { Remark } from '../doctor.ts'
import { errnoOf } from '../errors.ts'
import { nearestDirectory } from '../tree/probes/directory.ts'
import { isInside } from '../tree/root.ts'
import { trackingOf } from './git.ts'
import { failureOf, remedyFor, requireWritable } from './refusal.ts'
import type { Place, Subject } from './subject.ts'

/** Where the state is, and who may read it: it holds contents of the database. */
export async function state({ config }: Subject, { root, state: directory, together }: Place): Promise<Remark[]> {
  if (directory === undefined) return [await missing(config.state)]
  const { mode, uid } = statSync(directory)
  return judgeState({
    path: directory,
    mode: mode & 0o777,
    own: process.getuid === undefined || uid === process.getuid(),
    inTree: root !== undefined && isInside(root, directory),
    together,
    refused: await refusalAt(directory),
    tracking: await trackingOf(directory),
  })
}

async function missing(path: string): Promise<Remark> {
  const name = 'directory'
  const ground = nearestDirectory(dirname(path))
  const refused = await refusalAt(ground)
  if (refused === undefined) return { name, status: 'ok', message: `${path} is not there yet: the first command makes it` }
  return { name, status: 'fail', message: `${path} is not there and cannot be made in ${ground}: ${refused.reason}`, remedy: refused.remedy }
}

/** Why nothing can be written there; `undefined` where it can. */
async function refusalAt(directory: string): Promise<StateFacts['refused']> {
  try {
    await requireWritable(directory)
    return undefined
  } catch (error) {
    return { reason: errnoOf(error) === 'EROFS' ? 'its filesystem is mounted read-only' : failureOf(error).message, remedy: remedyFor(error, directory) }
  }
}

/** What is known of a state directory. */
export interface StateFacts {
  readonly path: string
  readonly mode: number
  readonly own: boolean
  readonly inTree: boolean
  readonly together: boolean | undefined
  /** Why it cannot be written, and what mends that. */
  readonly refused: { readonly reason: string; readonly remedy: string | undefined } | undefined
  readonly tracking: 'none' | 'ignored' | 'tracked' | 'untracked'
}

/** Everything that somebody may mind, or that all is well. */
export function judgeState({ path, mode, own, inTree, together, refused, tracking }: StateFacts): Remark[] {
  const name = 'directory'
  const measured = { mode, inTree, writable: refused === undefined, ...(together !== undefined && { together }), git: tracking }
  const found: (Omit<Remark, 'name' | 'status'> & { readonly status?: 'fail' })[] = []
  if (refused) found.push({ status: 'fail', message: `${path} cannot be written: ${refused.reason}; until it can be, only status and diff work, if at all`, remedy: refused.remedy })
  if ((mode & 0o077) !== 0) {
    found.push({ message: `${path} has mode ${mode.toString(8)}: others of this machine may read contents of the database`, remedy: `chmod 700 ${shellWord(path)}` })
  }
  if (!own) found.push({ message: `${path} belongs to another user: what one of you writes the other may be unable to`, remedy: 'run rowtree as one user' })
  if (inTree) {
    const message = `${path} is inside the tree: where a web server shows the tree, it shows the state, too`
    found.push({ message, remedy: 'name a "state" outside of the tree and move the directory there' })
  }
  if (together === false) {
    const message = 'it is on another filesystem than the tree, whose clock is not known: files younger than a minute are read again by each command'
    found.push({ message, remedy: 'name a "state" on the filesystem of the tree' })
  }
  const ignore = `echo ${shellWord(`/${basename(path)}/`)} >> ${shellWord(join(dirname(path), '.gitignore'))}`
  if (tracking === 'tracked') found.push({ message: 'git tracks it, with contents of the database', remedy: `git -C ${shellWord(dirname(path))} rm -r --cached ${shellWord(basename(path))} && ${ignore}` })
  if (tracking === 'untracked') found.push({ message: 'git does not ignore it: the next "git add" takes contents of the database', remedy: ignore })
  if (found.length > 0) return found.map((one) => ({ name, status: 'warn', ...one, measured }))
  const ignored = tracking === 'ignored' ? ', ignored by git' : ''
  return [{ name, status: 'ok', message: `${path}, mode ${mode.toString(8)}${together ? ', on the filesystem of the tree' : ''}${ignored}`, measured }]
}
