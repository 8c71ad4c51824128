import { join } from 'node:path'
import type { Problem, ProblemCode } from '../types.ts'
import { lstat } from './stat.ts'

/** What keeps a directory from being written to. */
export type Obstacle = Pick<Problem, 'code' | 'message' | 'errno'>

/** An obstacle on the way to something, where there is no going on. */
export class ObstacleError extends Error {
  readonly obstacle: Obstacle
  readonly code: string

  constructor(obstacle: Obstacle) {
    super(obstacle.message)
    this.obstacle = obstacle
    this.code = obstacle.errno ?? 'ENOTDIR'
  }
}

/** The directory part of a relative path; '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/**
 * Checks again, just before files appear in it, that no component of a directory became
 * a symlink or something else.
 */
export function findObstacle(root: string, directory: string): Obstacle | undefined {
  for (let end = directory.indexOf('/'); ; end = directory.indexOf('/', end + 1)) {
    const component = end < 0 ? directory : directory.slice(0, end)
    const entry = component === '' ? undefined : lstat(join(root, component))
    const found = entry && asObstacle(entry.kind, component).obstacle
    if (found || end < 0) return found
  }
}

/** What stands in the way where a directory should be, if it is none. */
export function asObstacle(kind: string, directory: string): { obstacle?: Obstacle } {
  if (kind === 'directory') return {}
  const code: ProblemCode = kind === 'symlink' ? 'directory-is-symlink' : 'directory-is-file'
  const state = kind === 'symlink' ? 'is a symlink and may lead out of the tree' : 'is not a directory'
  return { obstacle: { code, message: `Cannot write into ${directory}: it ${state}; move it away` } }
}
