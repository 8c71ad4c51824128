import process from 'node:process'
import { loadConfig } from '../config.ts'
import { type Engine, openEngine } from '../engine.ts'
import type { CycleOptions } from '../options.ts'
import type { FsyncMode, Summary } from '../types.ts'
import { exitCodeOfSummary } from './exit.ts'
import { type ProgressDisplay, showProgress } from './progress.ts'
import type { CommandContext, GlobalFlags } from './run.ts'
import { type CycleCommand, reportSummary } from './summary.ts'

/** Flags that the commands with a cycle share. */
export interface CycleFlags extends GlobalFlags {
  readonly dryRun?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly workers?: number | 'auto'
  readonly fsync?: FsyncMode
}

/** What a command asks of the engine, with the choices that its flags make. */
export type CycleWork = (engine: Engine, options: CycleOptions) => Promise<Summary>

/** What is being done, for the progress. */
const LABELS: Readonly<Record<CycleCommand, string>> = { export: 'exporting', import: 'importing', sync: 'syncing', resolve: 'resolving' }

/** Runs a command's cycle and reports what it did; the answer is the exit code. */
export async function cycleCommand(command: CycleCommand, context: CommandContext, flags: CycleFlags, work: CycleWork): Promise<number> {
  const summary = await cycle(command, context, flags, work)
  const code = exitCodeOfSummary(summary)
  context.output.document({ command, ok: code === 0, ...(flags.dryRun && { dryRun: true }), ...summary })
  reportSummary(context.output, command, summary, flags.dryRun)
  return code
}

/** The cycle itself, with its progress on stderr. */
export async function cycle(command: CycleCommand, context: CommandContext, flags: CycleFlags, work: CycleWork): Promise<Summary> {
  const { only, ignore, dryRun, workers, fsync } = flags
  return await withEngine(context, flags, LABELS[command], (engine, { update }) =>
    work(engine, { only, ignore, dryRun, workers, fsync, signal: context.signal, onProgress: update }),
  )
}

/**
 * Opens the engine of the config that the flags name, and closes it whatever happens.
 *
 * @param label what is being done, for the progress
 */
export async function withEngine<T>(
  { output, cwd }: CommandContext,
  flags: GlobalFlags,
  label: string,
  work: (engine: Engine, progress: ProgressDisplay) => Promise<T>,
): Promise<T> {
  const config = await loadConfig({ file: flags.config, cwd, env: process.env })
  const { json, quiet, verbose } = output.options
  if (verbose) output.note(`config ${config.file}\ntree   ${config.tree}\nstate  ${config.state}`)
  const progress = showProgress({ label, silent: json || quiet })
  const engine = await openEngine(config)
  try {
    return await work(engine, progress)
  } finally {
    progress.stop()
    await engine.close()
  }
}

/** Paths as they were typed, relative to the tree; `undefined` for none, which stands for all. */
export function pathsOf(engine: Engine, typed: readonly string[], { cwd }: CommandContext): readonly string[] | undefined {
  return typed.length === 0 ? undefined : typed.map((path) => engine.pathOf(path, cwd))
}
