import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import process from 'node:process'
import type { Inspection, Unread } from '../baseline/inspect.ts'
import { shellWord } from '../core/remedy.ts'
import type { Remark } from '../doctor.ts'
import { errnoOf, messageOf } from '../errors.ts'
import { inRoom } from '../tree/probes/room.ts'
import { stat } from '../tree/stat.ts'
import { count } from './figures.ts'
import type { Place, Subject } from './subject.ts'

/** Whether the tree is there, and may be read and written. */
export async function directory({ config: { tree }, inspectBaseline }: Subject, { root, ground, census }: Place): Promise<Remark[]> {
  const name = 'directory'
  if (root === undefined) return [await missing(tree, ground, () => inspectBaseline())]
  try {
    readdirSync(root)
    await requireWritable(root)
  } catch (error) {
    return [{ name, status: 'fail', message: `${tree} cannot be read and written: ${messageOf(error)}`, remedy: remedyFor(errnoOf(error), root) }]
  }
  const { files, directories, unlisted } = census()!
  const { mode, uid } = statSync(root)
  const owner = uid === process.getuid?.() ? 'yours' : `of user ${uid}`
  const message = `${tree}: ${count(files, 'file')} in ${count(directories, 'directory', 'directories')}, mode ${(mode & 0o7777).toString(8)}, ${owner}`
  const closed = unlisted.slice(0, 5).map((one): Remark => ({ name, status: 'fail', message: one, remedy: 'allow this user to read it' }))
  return closed.length > 0 ? closed : [{ name, status: 'ok', message, measured: { files, directories, mode: mode & 0o7777, uid } }]
}

/** Deno judges by the mode alone, also for root: there another program is asked, and only an attempt tells why not. */
async function requireWritable(path: string): Promise<void> {
  if (!('deno' in process.versions)) return accessSync(path, constants.W_OK | constants.X_OK)
  const { status } = spawnSync('test', ['-w', path, '-a', '-x', path], { stdio: 'ignore' })
  if (status !== 0) await inRoom(path, () => undefined)
}

async function missing(tree: string, ground: string, inspect: () => Inspection | Unread): Promise<Remark> {
  const name = 'directory'
  const entry = standing(tree)
  if (entry !== undefined) return { name, status: 'fail', message: `${tree} is not a directory${entry}`, remedy: 'name another "tree" in the config' }
  if (isBlank(inspect)) {
    try {
      await requireWritable(ground)
      return { name, status: 'ok', message: `${tree} is not there yet: the first export makes it` }
    } catch (error) {
      return { name, status: 'fail', message: `${tree} is not there and cannot be made in ${ground}: ${messageOf(error)}`, remedy: remedyFor(errnoOf(error), ground) }
    }
  }
  return { name, status: 'fail', message: `${tree} is gone, although there is a baseline of it: is a disk not mounted?`, remedy: 'bring it back; nothing is deleted meanwhile' }
}

function standing(tree: string): string | undefined {
  try {
    return stat(tree) && ''
  } catch (error) {
    return `: ${messageOf(error)}`
  }
}

/** A baseline that cannot be read is no blank one. */
function isBlank(inspect: () => Inspection | Unread): boolean {
  try {
    return inspect() === 'absent'
  } catch {
    return false
  }
}

function remedyFor(errno: string | undefined, root: string): string {
  if (errno === 'EROFS') return 'mount the filesystem writable; until then only import and status work'
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'make room'
  return `chown or chmod ${shellWord(root)}, or run rowtree as its owner`
}
