import process from 'node:process'
import { loadConfig } from '../config.ts'
import { sweep } from '../engine.ts'
import { FAILED, OK } from './exit.ts'
import { type GlobalFlags, run } from './run.ts'
import { plural } from './words.ts'

/** Flags of `rowtree sweep`. */
export interface SweepFlags extends GlobalFlags {
  /** Milliseconds. */
  readonly olderThan?: number
  readonly dryRun?: boolean
}

/** `rowtree sweep`: removes temp files that killed processes left. */
export async function sweepCommand(flags: SweepFlags): Promise<void> {
  await run('sweep', flags, async ({ output, cwd }) => {
    const config = await loadConfig({ file: flags.config, cwd, env: process.env })
    const dryRun = flags.dryRun ?? false
    const { removed, left, problems } = sweep(config, { olderThan: flags.olderThan ?? 0, dryRun })
    output.document({ command: 'sweep', ok: problems.length === 0, ...(dryRun && { dryRun }), removed, left, problems })
    output.list('problem', problems)
    if (output.options.verbose) for (const path of removed) output.note(path)
    const kept = left > 0 ? ` · ${left} left: their processes run, or they are too young` : ''
    output.say(`${dryRun ? 'dry run: ' : ''}${removed.length} ${plural(removed.length, 'temp file')} removed${kept}`)
    return problems.length > 0 ? FAILED : OK
  })
}
