import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { asText, textFault } from '../core/text.ts'
import { errnoOf, messageOf, RowtreeError } from '../errors.ts'
import { readFile } from './read.ts'
import { lstat } from './stat.ts'

/** In the tree's root: patterns of what takes no part, in the language of .gitignore. */
export const IGNORE_FILE = '.rowtreeignore'

/**
 * The lines of a tree's own ignore file; none where there is no such file. It may be a symlink.
 *
 * @param root the tree's root, which may be absent
 * @throws `RowtreeError` `tree-unreadable` where there is a file that cannot be read, or that is no UTF-8: what it keeps out must
 * not come in
 */
export function readIgnoreFile(root: string): readonly string[] {
  const path = join(root, IGNORE_FILE)
  const bytes = read(path)
  if (!bytes) return []
  const fault = textFault(bytes)
  if (fault) throw new RowtreeError('tree-unreadable', `Cannot read ${path}: line ${fault.line} is not UTF-8 text; save it as UTF-8, or remove it`, { path })
  return asText(bytes).replace(/^\uFEFF/, '').split(/\r?\n/)
}

function read(path: string): Uint8Array | undefined {
  try {
    return readFile(realpathSync(path)).bytes
  } catch (error) {
    const errno = errnoOf(error)
    // A symlink that leads nowhere is no missing file.
    if (errno === 'ENOTDIR' || (errno === 'ENOENT' && !lstat(path))) return undefined
    throw new RowtreeError('tree-unreadable', `Cannot read ${path}: ${messageOf(error)}; make it a readable file, or remove it`, { path, cause: error, ...(errno && { errno }) })
  }
}
