import { RowtreeError } from '../errors.ts'
import type { Undone } from '../options.ts'
import { caretName } from './caret.ts'
import { withEngine } from './cycle.ts'
import { FAILED, OK, UNDECIDED } from './exit.ts'
import { operationLines } from './operations.ts'
import { type CommandContext, type GlobalFlags, run } from './run.ts'
import { counted, firstOf, MOST_LISTED, plural } from './words.ts'

/** Flags of `rowtree undo`. */
export interface UndoFlags extends GlobalFlags {
  readonly list?: boolean
  readonly dryRun?: boolean
}

/** More than any history holds. */
const ALL = 1_000_000

/** `rowtree undo`: takes an operation back, or lists those that can be. */
export async function undoCommand(operation: number | undefined, flags: UndoFlags): Promise<void> {
  await run('undo', flags, async (context) => {
    if (!flags.list) return await takeBack(operation, flags, context)
    if (operation === undefined) return await listOperations(flags, context)
    throw new RowtreeError('usage', 'Cannot undo: both an operation and --list are given; choose one of them')
  })
}

async function takeBack(operation: number | undefined, flags: UndoFlags, context: CommandContext): Promise<number> {
  const { output, signal } = context
  const { dryRun } = flags
  const undone = await withEngine(context, flags, 'undoing', (engine) => engine.undo({ operation, dryRun, signal }))
  const code = undone.problems.length > 0 ? FAILED : undone.conflicts.length > 0 ? UNDECIDED : OK
  output.document({ command: 'undo', ok: code === OK, ...undone })
  output.list('problem', undone.problems)
  output.list('conflict', undone.conflicts)
  for (const line of undoneLines(undone)) output.say(line)
  if (undone.earlier !== undefined) output.note(`The operation before it is taken back by: rowtree undo ${undone.earlier}`)
  return code
}

/** What an undo did, for people: the paths by side, then the counts. */
export function undoneLines(undone: Undone): string[] {
  const { operation, dryRun, rows, files, conflicts, problems, seconds } = undone
  const restored = [...rows.map((path) => `row   ${caretName(path)}`), ...files.map((path) => `file  ${caretName(path)}`)]
  const counts = counted([
    [rows.length, `${plural(rows.length, 'row')} restored`],
    [files.length, `${plural(files.length, 'file')} restored`],
    [conflicts.length, plural(conflicts.length, 'conflict')],
    [problems.length, plural(problems.length, 'problem')],
  ])
  const outcome = restored.length > 0 ? `operation ${operation} taken back` : `nothing of operation ${operation} could be taken back`
  return [
    ...firstOf(restored).map((line) => `  ${line}`),
    `${dryRun ? 'dry run: ' : ''}${outcome}: ${counts.join(' · ')} · ${seconds.toFixed(2)} s`,
  ]
}

async function listOperations(flags: UndoFlags, context: CommandContext): Promise<number> {
  const { output } = context
  const all = output.options.json || output.options.verbose
  const operations = await withEngine(context, flags, 'reading', (engine) => engine.operations(all ? ALL : MOST_LISTED + 1))
  output.document({ command: 'undo', ok: true, operations })
  const listed = all ? operations : operations.slice(0, MOST_LISTED)
  for (const line of operationLines(listed)) output.say(line)
  if (operations.length > listed.length) output.note('There are older ones; -v or --json lists all.')
  if (operations.length === 0) output.note('Nothing to undo: no command has changed anything yet.')
  return OK
}
