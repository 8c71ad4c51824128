import type { Problem } from '../../types.ts'
import type { BoardFault, BoardFiles } from './board-files.ts'
import { cacheFiles, cachePaths, isCacheable } from './cache-files.ts'
import type { Written } from './collection.ts'

/**
 * Keeps the files that a board serves instead of stylesheets' rows. They follow the rows: a file that cannot be written is told, its row stays written, and
 * each later write of a stylesheet tries again, until this store is closed. A file of a stylesheet that nobody wrote is never touched.
 */
export class BoardCache {
  readonly #files: BoardFiles
  /** What the files should be by now, by theme and name. */
  readonly #pending = new Map<string, Written>()

  constructor(files: BoardFiles) {
    this.#files = files
  }

  /** Makes the files follow these stylesheets, and those that could not be followed before. */
  async follow(written: readonly Written[]): Promise<Problem[]> {
    for (const sheet of written) if (isCacheable(sheet.title)) this.#pending.set(`${sheet.owner}/${sheet.title}`, sheet)
    const problems: Problem[] = []
    for (const [key, sheet] of this.#pending) {
      const problem = await this.#follow(sheet)
      if (problem === undefined) this.#pending.delete(key)
      else problems.push(problem)
    }
    return problems
  }

  async #follow({ path, owner, title, content }: Written): Promise<Problem | undefined> {
    if (content === undefined) {
      for (const file of cachePaths(owner, title)) {
        const fault = await this.#files.remove(file)
        if (fault) return stale(path, `remove the board's ${file}`, fault)
      }
      return undefined
    }
    for (const file of cacheFiles(owner, title, content)) {
      const fault = await this.#files.write(file.path, file.bytes)
      if (fault) return stale(path, `write the board's ${file.path}`, fault)
    }
    return undefined
  }
}

function stale(path: string, what: string, { message, errno }: BoardFault): Problem {
  const state = `${message}. The row of ${path} is written, but the board does not show it yet. Mend that, and save the file once more`
  return { path, code: 'cache-stale', message: `Cannot ${what}: ${state}`, ...(errno !== undefined && { errno }) }
}
