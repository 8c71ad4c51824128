import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { nameOf, within } from './anchor.ts'
import { parentOf } from './obstacle.ts'
import { lstatBelow } from './stat.ts'

/**
 * Whether a path leads to a file that is spelled otherwise in its directory, or in a directory above it: the filesystem ignores case or
 * Unicode normalisation. It need not give one file one inode number by all its spellings.
 */
export function isSpelledOtherwise(root: string, path: string): boolean {
  return lstatBelow(join(root, path)) !== undefined && !isListed(root, path)
}

/** Whether the filesystem takes this name in capitals, or in small letters, for the same one. */
export function ignoresCase(root: string, path: string): boolean {
  const name = nameOf(path)
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase()
  return other !== name && isSpelledOtherwise(root, `${path.slice(0, -name.length)}${other}`)
}

function isListed(root: string, path: string): boolean {
  if (path === '') return true
  const parent = parentOf(path)
  return isListed(root, parent) && within(root, parent, (here) => readdirSync(here).includes(nameOf(path)), () => false)
}
