import type { ChildProcess } from 'node:child_process'
import { runScript, startScript } from '../support/script.ts'

/** Who writes in a process of its own, so that neither its timers nor ours wait for the other. */
export type Writer = 'burst' | 'double-saves' | 'new-directories' | 'edit-files' | 'edit-rows'

/** Lets a writer do its work, and returns what it printed. */
export async function write<T>(writer: Writer, order: object): Promise<T> {
  return await runScript<T>(codeOf(writer), [JSON.stringify(order)])
}

/** Starts a watch session in a process of its own, in a directory with a config. It prints its events, one a line. */
export function startSession(directory: string, options: object): ChildProcess {
  return startScript(codeOf('session'), [directory, JSON.stringify(options)])
}

function codeOf(name: string): string {
  return `import '${new URL(`processes/${name}.ts`, import.meta.url).href}'`
}
