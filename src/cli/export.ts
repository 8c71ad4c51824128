import process from 'node:process'
import { loadConfig } from '../config.ts'
import { openEngine } from '../engine.ts'
import type { ExportOptions } from '../options.ts'
import type { FsyncMode, Summary } from '../types.ts'
import { exitCodeOfSummary } from './exit.ts'
import { type Output, summaryLine } from './output.ts'
import { showProgress } from './progress.ts'
import { type CommandContext, type GlobalFlags, run } from './run.ts'

/** Flags of `rowtree export`. */
export interface ExportFlags extends GlobalFlags {
  readonly dryRun?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly prune?: boolean
  readonly force?: boolean
  readonly workers?: number | 'auto'
  readonly fsync?: FsyncMode
}

/** `rowtree export`: writes every row whose file is missing or out of date. */
export async function exportCommand(flags: ExportFlags): Promise<void> {
  await run('export', flags, async (context) => {
    const summary = await exportTree(context, flags)
    context.output.document({ command: 'export', ok: exitCodeOfSummary(summary) === 0, ...(flags.dryRun && { dryRun: true }), ...summary })
    reportSummary(context.output, summary, flags.dryRun ?? false)
    return exitCodeOfSummary(summary)
  })
}

/** The export itself, with its progress on stderr. */
export async function exportTree({ output, cwd, signal }: CommandContext, flags: ExportFlags): Promise<Summary> {
  const config = await loadConfig({ file: flags.config, cwd, env: process.env })
  const { json, quiet, verbose } = output.options
  if (verbose) output.note(`config ${config.file}\ntree   ${config.tree}\nstate  ${config.state}`)
  const progress = showProgress({ label: 'exporting', silent: json || quiet })
  const engine = await openEngine(config)
  try {
    const { only, ignore, prune, force, dryRun, workers, fsync } = flags
    const options: ExportOptions = { only, ignore, prune, force, dryRun, workers, fsync, signal, onProgress: progress.update }
    return await engine.export(options)
  } finally {
    progress.stop()
    await engine.close()
  }
}

/** Tells a person what the export did and what needs a decision. */
export function reportSummary(output: Output, summary: Summary, dryRun: boolean): void {
  output.list('problem', summary.problems)
  output.list('hold', summary.holds)
  output.list('conflict', summary.conflicts)
  output.say((dryRun ? 'dry run: ' : '') + summaryLine(summary))
  if (summary.pending > 0) {
    output.note('Pending files were edited, or their rows are gone; an export leaves them alone.')
    output.note('--force lets the store win, --prune removes unchanged files without rows.')
  }
}
