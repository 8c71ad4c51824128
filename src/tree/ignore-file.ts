import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf, messageOf, RowtreeError } from '../errors.ts'

/** In the tree's root: patterns of what takes no part, in the language of .gitignore. */
export const IGNORE_FILE = '.rowtreeignore'

/**
 * The lines of a tree's own ignore file; none where there is no such file.
 *
 * @param root the tree's root, which may be absent
 * @throws `RowtreeError` `tree-unreadable` where there is a file that cannot be read: what it keeps out must not come in
 */
export function readIgnoreFile(root: string): readonly string[] {
  const path = join(root, IGNORE_FILE)
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '').split(/\r?\n/)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return []
    throw new RowtreeError('tree-unreadable', `Cannot read ${path}: ${messageOf(error)}; make it a readable file, or remove it`, { path, cause: error, ...(errno && { errno }) })
  }
}
