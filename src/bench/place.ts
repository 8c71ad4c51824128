import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import { RowtreeError } from '../errors.ts'
import { deviceOf, directoryAt, isWritable, nearestDirectory } from '../tree/probes/directory.ts'
import { mountOf } from '../tree/probes/mount.ts'
import { isInside } from '../tree/root.ts'
import { sweepDirectory } from '../tree/sweep.ts'
import { type Amounts, roomFor } from './course.ts'

/** Where the scratch directory is made. */
export interface Place {
  /** A directory that is there, outside the tree. */
  readonly room: string
  /** It is on the filesystem of the tree. */
  readonly together: boolean
}

/**
 * Chooses where to measure: on the tree's filesystem, but never in the tree, where watchers and web servers look. That is the state directory, as a rule,
 * or else a directory above one of the two. Where the tree is the root of its filesystem there is no such place, and the next best one is taken.
 *
 * @throws {RowtreeError} `tree-unwritable`: there is none
 */
export function placeOf({ tree, state }: Pick<Config, 'tree' | 'state'>): Place {
  const root = directoryAt(tree)
  const device = deviceOf(root ?? nearestDirectory(dirname(tree)))
  const rooms = scratchRooms({ tree, state })
  const together = rooms.find((room) => deviceOf(room) === device)
  const room = together ?? rooms[0]
  if (room === undefined) throw new RowtreeError('tree-unwritable', `Cannot measure beside the tree ${tree}: no directory there may be written`, { path: tree, remedy: 'run rowtree as their owner' })
  return { room, together: together !== undefined }
}

/** The directories that may be measured in, the best one first. A sweep finds there what was left by a process that was killed. */
export function scratchRooms({ tree, state }: Pick<Config, 'tree' | 'state'>): string[] {
  const root = directoryAt(tree)
  const candidates = [directoryAt(state), nearestDirectory(dirname(state)), nearestDirectory(dirname(tree)), root && dirname(root)]
  const rooms = new Set(candidates.filter((path) => path !== undefined && !(root !== undefined && isInside(root, path))))
  return [...rooms].filter((path): path is string => path !== undefined && isWritable(path))
}

/**
 * Clears a room of what killed processes left, and checks that there is space.
 *
 * @throws {RowtreeError} `disk-full`
 */
export function prepareRoom(room: string, amounts: Amounts): void {
  sweepDirectory(room)
  const { free } = mountOf(room)
  const needed = roomFor(amounts)
  // Some filesystems tell nothing.
  if (free === 0 || free >= needed) return
  const [need, have] = [needed, free].map((bytes) => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en-US')} MB`)
  throw new RowtreeError('disk-full', `Cannot measure in ${room}: it may take ${need}, and ${have} are free`, { path: room, remedy: 'make room, or lower --rows or --size' })
}
