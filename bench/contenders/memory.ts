/** The most memory that `rowtree export`, as npm gets it, ever has: into an empty tree, and then, in a fresh process, with nothing to do. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { course, demand, tell } from '../course.ts'
import { writeConfig } from '../watching.ts'

const { directory, store, rows, built } = course<{ store: string; rows: number; built: string }>()
writeConfig(directory, store)

/** Prints what a process had, in kilobytes, behind what the command itself prints. */
const WATCHED = `process.on('exit', () => process.stdout.write('\\n' + process.resourceUsage().maxRSS))`

function peakOf(...command: readonly string[]): { peak: number; output: string } {
  const script = `${WATCHED}; const { main } = await import(${JSON.stringify(pathToFileURL(join(built, 'dist/src/cli/main.js')).href)}); await main(${JSON.stringify(command)})`
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: directory, encoding: 'utf8' }).trimEnd()
  const end = text.lastIndexOf('\n')
  return { peak: Number(text.slice(end + 1)) / 1_024, output: text.slice(0, end) }
}

function exportRows(count: 'exported' | 'unchanged'): number {
  const { peak, output } = peakOf('export', '--json')
  demand((JSON.parse(output) as Record<typeof count, number>)[count], rows, count)
  return peak
}

tell({ bare: peakOf('--version').peak, new: exportRows('exported'), nothing: exportRows('unchanged') })
