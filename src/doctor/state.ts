import { statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import process from 'node:process'
import { shellWord } from '../core/remedy.ts'
import type { Remark } from '../doctor.ts'
import { trackingOf } from './git.ts'
import type { Place, Subject } from './subject.ts'

/** Where the state is, and who may read it: it holds contents of the database. */
export async function state({ config }: Subject, { root, state: directory, together }: Place): Promise<Remark[]> {
  const name = 'directory'
  if (directory === undefined) return [{ name, status: 'ok', message: `${config.state} is not there yet: the first command makes it` }]
  const { mode, uid } = statSync(directory)
  return judgeState({
    path: directory,
    mode: mode & 0o777,
    own: process.getuid === undefined || uid === process.getuid(),
    inTree: root !== undefined && isInside(relative(root, directory)),
    together,
    tracking: await trackingOf(directory),
  })
}

function isInside(way: string): boolean {
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** What is known of a state directory. */
export interface StateFacts {
  readonly path: string
  readonly mode: number
  readonly own: boolean
  readonly inTree: boolean
  readonly together: boolean | undefined
  readonly tracking: 'none' | 'ignored' | 'tracked' | 'untracked'
}

/** Everything that somebody may mind, or that all is well. */
export function judgeState({ path, mode, own, inTree, together, tracking }: StateFacts): Remark[] {
  const name = 'directory'
  const measured = { mode, inTree, ...(together !== undefined && { together }), git: tracking }
  const found: Omit<Remark, 'name' | 'status'>[] = []
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
