import { realpathSync, statSync } from 'node:fs'

/**
 * Tells the file that a path leads to from any other that may take its place: its own path without symlinks, its device and its
 * inode. Where SQLite keeps a file's journal depends on that path, so the same file under another one is another database.
 *
 * @returns `undefined` where no file can be reached. Why not, opening it tells.
 *
 * @example
 * ```ts
 * identityOf('/srv/board.sqlite') // '/srv/board.sqlite 2049 1311'
 * ```
 */
export function identityOf(path: string): string | undefined {
  try {
    const real = realpathSync.native(path)
    const { dev, ino } = statSync(real, { bigint: true })
    return `${real} ${dev} ${ino}`
  } catch {
    return undefined
  }
}
