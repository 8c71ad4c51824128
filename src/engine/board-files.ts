import { join } from 'node:path'
import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { BoardFault, BoardFiles } from '../store/mybb/board-files.ts'
import { findObstacle, parentOf } from '../tree/obstacle.ts'
import { readFile } from '../tree/read.ts'
import { removeFile } from '../tree/remove.ts'
import { lstat } from '../tree/stat.ts'
import { writeFileAtomic } from '../tree/write.ts'

/** What MyBB makes of stylesheets; nothing else of a board is ever touched. */
const OURS = /^cache\/themes\/theme\d+\/[^/\\\0]+\.css$/

/**
 * The cache of the board that is installed in this directory.
 *
 * @param board absolute
 */
export function boardFiles(board: string): BoardFiles {
  return {
    write: (path, bytes) => attempt(async () => {
      const isNew = requireSound(board, path)
      // As MyBB does: nobody is to list the directory.
      if (isNew) await writeFileAtomic(join(board, parentOf(path), 'index.html'), '')
      await writeFileAtomic(join(board, path), bytes)
    }),
    remove: (path) => attempt(async () => {
      requireSound(board, path)
      const file = lstat(join(board, path))
      if (!file) return
      if (file.kind !== 'file') throw new Error(`${join(board, path)} is no file`)
      const { bytes, entry } = readFile(join(board, path))
      removeFile(board, path, { stat: entry, digest: digestOf(bytes), racy: true })
    }),
  }
}

/** @returns whether the theme has no directory yet */
function requireSound(board: string, path: string): boolean {
  if (!OURS.test(path) || path.includes('/../')) throw new Error(`${path} is no stylesheet of a board's cache`)
  const directory = parentOf(path)
  const obstacle = findObstacle(board, directory)
  if (obstacle) throw new Error(obstacle.message)
  if (!lstat(join(board, parentOf(directory)))) throw new Error(`${board} has no ${parentOf(directory)}; correct mybb.board`)
  return !lstat(join(board, directory))
}

async function attempt(work: () => Promise<void>): Promise<BoardFault | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    const errno = errnoOf(error)
    return { message: messageOf(error), ...(errno !== undefined && { errno }) }
  }
}
