import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Relative paths of everything in a directory, sorted; directories end with a slash, and symlinks are not entered. */
export function listing(directory: string): string[] {
  const paths: string[] = []
  const pending = ['']
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const entry of readdirSync(join(directory, parent), { withFileTypes: true })) {
      const path = `${parent}${entry.name}${entry.isDirectory() ? '/' : ''}`
      paths.push(path)
      if (entry.isDirectory()) pending.push(path)
    }
  }
  return paths.sort()
}

/** Writes a file in place and gives it back its old time: the same size leaves the same stat. */
export function editInPlace(path: string, content: string): void {
  const { atimeMs, mtimeMs } = statSync(path)
  writeFileSync(path, content, { flag: 'r+' })
  utimesSync(path, atimeMs / 1_000, Math.floor(mtimeMs) / 1_000)
}
