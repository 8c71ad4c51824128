import type { Problem } from '../../types.ts'

/** Why a file could not be written; in the system's words. */
export type BoardFault = Pick<Problem, 'message' | 'errno'>

/**
 * The directory that a board is installed in: a port, since a store writes no files. Nothing is reached but what MyBB
 * keeps of stylesheets there, below `cache/themes/`. Paths are relative, as `cachePaths` gives them.
 */
export interface BoardFiles {
  /** Writes a file, whole or not at all; the theme's own directory is made where it is missing. */
  write(path: string, bytes: Uint8Array): Promise<BoardFault | undefined>
  /** Removes a file, if there is one. */
  remove(path: string): Promise<BoardFault | undefined>
}
