import { foldPath } from './collisions.ts'

/**
 * Builds a test for paths that rows may never take, whatever is forced: rowtree's own files where
 * they lie inside the tree. Spellings that are one file on some filesystem count as one.
 *
 * @param places relative paths; each reserves itself and everything below it
 */
export function reservedPaths(places: readonly string[]): (path: string) => boolean {
  const folded = places.map(foldPath)
  if (folded.length === 0) return () => false
  return (path) => {
    const own = foldPath(path)
    return folded.some((place) => own === place || own.startsWith(`${place}/`))
  }
}
