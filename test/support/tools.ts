import { execFileSync, spawn, type SpawnOptions } from 'node:child_process'
import process from 'node:process'
import { finished } from './cli.ts'

/** Whether this machine has a program of this name. */
export function has(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', tool], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What to add to the name of a test that is skipped for want of these; nothing where all are there. */
export function lacking(...tools: readonly string[]): string {
  const missing = tools.filter((tool) => !has(tool))
  return missing.length === 0 ? '' : ` (skipped: no ${missing.join(', no ')} here)`
}

/** Runs a program that has to succeed. No settings of whoever runs the tests reach it. */
export async function runTool(directory: string, tool: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', ...options.env }
  const { code, signal, stdout, stderr } = await finished(spawn(tool, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], ...options, env }))
  if (code !== 0) throw new Error(`${tool} ${args.join(' ')} ended with ${code ?? signal}: ${stdout}${stderr}`)
}
