import { readdirSync, statSync } from 'node:fs'
import process from 'node:process'
import type { Inspection, Unread } from '../baseline/inspect.ts'
import type { Remark } from '../doctor.ts'
import { errnoOf, messageOf } from '../errors.ts'
import { stat } from '../tree/stat.ts'
import { count } from './figures.ts'
import { isWritable, remedyFor, requireWritable } from './refusal.ts'
import type { Place, Subject } from './subject.ts'

/** Whether the tree is there, and may be read and written. */
export async function directory({ config: { tree }, inspectBaseline }: Subject, { root, state, ground, census }: Place): Promise<Remark[]> {
  const name = 'directory'
  if (root === undefined) return [await missing(tree, ground, () => inspectBaseline())]
  try {
    readdirSync(root)
    await requireWritable(root)
  } catch (error) {
    return [{ name, status: 'fail', message: `${tree} cannot be read and written: ${messageOf(error)}`, remedy: await cureFor(error, root, state) }]
  }
  const { files, directories, unlisted } = census()!
  const { mode, uid } = statSync(root)
  const owner = uid === process.getuid?.() ? 'yours' : `of user ${uid}`
  const message = `${tree}: ${count(files, 'file')} in ${count(directories, 'directory', 'directories')}, mode ${(mode & 0o7777).toString(8)}, ${owner}`
  const closed = unlisted.slice(0, 5).map((one): Remark => ({ name, status: 'fail', message: one, remedy: 'allow this user to read it' }))
  return closed.length > 0 ? closed : [{ name, status: 'ok', message, measured: { files, directories, mode: mode & 0o7777, uid } }]
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
      return { name, status: 'fail', message: `${tree} is not there and cannot be made in ${ground}: ${messageOf(error)}`, remedy: remedyFor(error, ground) }
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

/** What an import did has to be noted: without a state that can be written there is none. */
async function cureFor(error: unknown, path: string, state: string | undefined): Promise<string | undefined> {
  const remedy = remedyFor(error, path)
  return errnoOf(error) === 'EROFS' && state !== undefined && (await isWritable(state)) ? `${remedy}; until then only import and status work` : remedy
}
