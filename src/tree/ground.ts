import { markOf } from './presence.ts'

/** What a directory stands on: the filesystem of the tree's root, or another one that is mounted inside the tree. */
export interface Ground {
  /** The number of the filesystem. It may be given to the next one that is mounted. */
  readonly device: number
  /** Which filesystem that is, and where it is mounted: '' for the root's. */
  readonly volume: string
}

/**
 * What a path stands on now, or the nearest directory above it that is there. One lstat for each of its parts.
 *
 * @param path relative
 * @returns `undefined` when the root is gone
 */
export function groundOf(root: string, path: string): Ground | undefined {
  const top = markOf(root)
  let ground: Ground | undefined = top && { device: top.device, volume: '' }
  for (let end = path === '' ? -1 : 0; ground && end >= 0; ) {
    end = path.indexOf('/', end + 1)
    const next = groundBelow(ground, root, end < 0 ? path : path.slice(0, end))
    if (!next) return ground
    ground = next
  }
  return ground
}

/** What a directory stands on whose parent stands on `parent`; `undefined` where there is none. A directory of the same filesystem that is bound to this place shows nothing of it. */
export function groundBelow(parent: Ground, root: string, directory: string): Ground | undefined {
  const mark = markOf(`${root}/${directory}`)
  if (!mark || mark.device === parent.device) return mark && parent
  return { device: mark.device, volume: `${directory}:${mark.identity}` }
}
