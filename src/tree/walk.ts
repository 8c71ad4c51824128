import { type Dirent, readdirSync } from 'node:fs'
import { errnoOf, messageOf } from '../errors.ts'
import type { Problem } from '../types.ts'
import { within } from './anchor.ts'

/**
 * Goes through a tree, directory by directory. Symlinks are not followed.
 *
 * @param visit called for each name; its answer says whether to go on below it
 * @returns the directories that could not be listed: what is in them is not known, and so not absent
 */
export function walkTree(root: string, visit: (path: string, entry: Dirent) => boolean): Problem[] {
  const problems: Problem[] = []
  const pending = ['']
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of list(root, directory, problems)) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      if (visit(path, entry)) pending.push(path)
    }
  }
  return problems
}

function list(root: string, directory: string, problems: Problem[]): Dirent[] {
  try {
    return within(root, directory, (here) => readdirSync(here, { withFileTypes: true }), () => [])
  } catch (error) {
    // A directory that vanished meanwhile holds nothing.
    const errno = errnoOf(error)
    if (errno !== 'ENOENT') {
      const path = directory || '.'
      problems.push({ path, code: 'read-failed', message: `Cannot list the directory ${path}: ${messageOf(error)}`, ...(errno && { errno }) })
    }
    return []
  }
}
