import { type Dirent, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Relative paths of everything in a directory, sorted; directories end with a slash. */
export function listing(directory: string): string[] {
  const entries: Dirent[] = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)) + (entry.isDirectory() ? '/' : ''))
    .sort()
}

/** Writes a file in place and gives it back its old time: the same size leaves the same stat. */
export function editInPlace(path: string, content: string): void {
  const { atimeMs, mtimeMs } = statSync(path)
  writeFileSync(path, content, { flag: 'r+' })
  utimesSync(path, atimeMs / 1_000, Math.floor(mtimeMs) / 1_000)
}
