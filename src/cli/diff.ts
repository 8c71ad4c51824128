import process from 'node:process'
import { RowtreeError } from '../errors.ts'
import type { Difference, Version } from '../options.ts'
import { caretName } from './caret.ts'
import { pathsOf, withEngine } from './cycle.ts'
import { diffstat } from './diffstat.ts'
import { DRIFT, OK } from './exit.ts'
import { type Output, stdoutPaint } from './output.ts'
import { patchText } from './patch.ts'
import { type GlobalFlags, run } from './run.ts'
import { plain } from './words.ts'

/** Flags of `rowtree diff`. */
export interface DiffFlags extends GlobalFlags {
  readonly from?: Version
  readonly to?: Version
  readonly stat?: boolean
  readonly exitCode?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
}

/** `rowtree diff`: shows how two versions of each path differ. */
export async function diffCommand(paths: readonly string[], flags: DiffFlags): Promise<void> {
  await run('diff', flags, async (context) => {
    const { output, signal } = context
    const { from = 'store', to = 'tree', only, ignore } = flags
    if (from === to) throw new RowtreeError('usage', `Cannot compare versions: --from and --to are both ${from}; choose two of store, tree, baseline`)
    const differs = await withEngine(context, flags, 'comparing', (engine, { update, stop }) => {
      const differences = engine.diff({ paths: pathsOf(engine, paths, context), from, to, only, ignore, signal, onProgress: update })
      return output.options.json || flags.stat ? gather(output, differences, flags.stat ?? false, stop) : stream(output, differences, stop)
    })
    return flags.exitCode && differs ? DRIFT : OK
  })
}

/** Prints patches as they come, until nobody reads them any more; whether there was one. */
async function stream(output: Output, differences: AsyncIterable<Difference>, begin: () => void): Promise<boolean> {
  const paint = stdoutPaint()
  // Whoever asks for colours without a terminal is going to look at them on one.
  const terminal = process.stdout.isTTY || paint !== plain
  let differs = false
  for await (const difference of differences) {
    differs = true
    begin()
    if (!(await output.data(patchText(difference, { paint, terminal })))) break
  }
  return differs
}

/** Prints what needs all differences at once. */
async function gather(output: Output, differences: AsyncIterable<Difference>, stat: boolean, begin: () => void): Promise<boolean> {
  const found: (Omit<Difference, 'patch'> & { patch?: string })[] = []
  for await (const { patch, ...rest } of differences) found.push(stat ? rest : { ...rest, patch })
  begin()
  output.document({ command: 'diff', ok: true, differences: found })
  if (found.length === 0) return false
  const changes = found.map((difference) => ({ ...difference, path: caretName(difference.path) }))
  output.say(diffstat(changes, process.stdout.columns || 80, stdoutPaint()).join('\n'))
  return true
}
