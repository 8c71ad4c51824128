import type { State, Status } from '../types.ts'
import { pathsOf, withEngine } from './cycle.ts'
import { DRIFT, FAILED, OK } from './exit.ts'
import { stdoutPaint } from './output.ts'
import { type GlobalFlags, run } from './run.ts'
import { standing } from './standing.ts'

/** Flags of `rowtree status`. */
export interface StatusFlags extends GlobalFlags {
  readonly exitCode?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly workers?: number | 'auto'
}

/** `rowtree status`: tells how both sides compare and changes nothing. */
export async function statusCommand(paths: readonly string[], flags: StatusFlags): Promise<void> {
  await run('status', flags, async (context) => {
    const { output, signal } = context
    const { only, ignore, workers } = flags
    const status = await withEngine(context, flags, 'comparing', (engine, { update }) =>
      engine.status({ paths: pathsOf(engine, paths, context), only, ignore, workers, signal, onProgress: update }),
    )
    output.document({ command: 'status', ok: status.problems.length === 0, ...status })
    output.list('problem', status.problems)
    output.say(standing(status, { all: output.options.verbose, paint: stdoutPaint() }).join('\n'))
    if (status.problems.length > 0) return FAILED
    return flags.exitCode && drifts(status) ? DRIFT : OK
  })
}

/** Files that fit no collection will never be in sync; everything else should be. */
const CALM: ReadonlySet<string> = new Set<State>(['in-sync', 'untracked'])

function drifts({ counts }: Status): boolean {
  return Object.entries(counts).some(([state, count]) => count > 0 && !CALM.has(state))
}
