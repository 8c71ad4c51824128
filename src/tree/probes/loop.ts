/** What people write files with who have no rowtree, to be measured beside it, and edits as their editors make them. All on the calling thread. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** One file: where it goes, below a directory, and what it holds. */
export interface LoopFile {
  readonly path: string
  readonly content: string
}

/**
 * Writes files, each under another name first, and renames them; directories are made when they are needed.
 *
 * @param flush force each file to the disk before its rename
 * @param until a moment of `performance.now()` after which no further file is begun
 * @returns how many were written
 */
export function writeLoop(root: string, files: Iterable<LoopFile>, flush: boolean, until: number = Number.POSITIVE_INFINITY): number {
  let [written, directory] = [0, '']
  for (const { path, content } of files) {
    if (written > 0 && performance.now() > until) return written
    if (dirname(path) !== directory) mkdirSync(`${root}/${(directory = dirname(path))}`, { recursive: true })
    const temp = `${root}/${path}.${written}.tmp`
    if (flush) writeFlushed(temp, content)
    else writeFileSync(temp, content)
    renameSync(temp, `${root}/${path}`)
    written++
  }
  return written
}

function writeFlushed(path: string, content: string): void {
  const fd = openSync(path, 'wx')
  try {
    writeFileSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Saves files in place, as most editors do. */
export function saveFiles(root: string, files: Iterable<LoopFile>): void {
  for (const { path, content } of files) writeFileSync(`${root}/${path}`, content)
}

/** Removes directories with all that is in them. */
export function clearDirectories(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
}
