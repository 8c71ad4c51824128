import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { filesBelow, type Project } from './project.ts'

/** What an export that fails as a whole comes to. */
export interface Failure {
  readonly code: number | null
  readonly stdout: string
  /** The one line on stderr; all of it where it is something else. */
  readonly error: unknown
  /** Files before and after, where they are not the same. */
  readonly changed?: object
}

/** Runs an export that should fail as a whole. `<dir>` and `<tree>` stand for the project's own paths. */
export async function attempt({ directory, tree, run }: Project, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Failure> {
  const before = [contentsOf(directory), contentsOf(tree)]
  const { code, stdout, stderr } = await run(['export', ...args], { env })
  const after = [contentsOf(directory), contentsOf(tree)]
  const error = /^error: (Cannot [^\n]+)\n$/.exec(stderr)?.[1]?.replaceAll(tree, '<tree>').replaceAll(directory, '<dir>')
  return { code, stdout, error: error ?? { stderr }, ...(!isDeepStrictEqual(before, after) && { changed: { before, after } }) }
}

/** A failure that leaves nothing behind: this exit code, one line on stderr that says this. */
export function failure(code: number, message: string): Failure {
  return { code, stdout: '', error: expect.stringContaining(message) }
}

/** Files with their contents, except the state directory's; temps count like all others. */
function contentsOf(directory: string): string[] {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return []
  const files = filesBelow(directory).filter((path) => !path.startsWith('.rowtree/'))
  return files.map((path) => `${path}: ${digestOf(`${directory}/${path}`)}`)
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
