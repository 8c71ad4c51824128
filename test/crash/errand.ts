import type { FsyncMode, Problem, ResolveOptions, Summary, Undone } from '../../src/index.ts'
import { type Engine, RowtreeError } from '../../src/index.ts'
import type { Deed } from '../support/faults/actor.ts'

/** One run of a command. */
export type Errand =
  | { readonly operation: 'export' | 'import' | 'sync'; readonly options: { readonly prune?: boolean; readonly delete?: boolean; readonly fsync?: FsyncMode; readonly workers?: number } }
  | { readonly operation: 'undo'; readonly options: { readonly operation: number } }
  | { readonly operation: 'resolve'; readonly paths: readonly string[]; readonly options: ResolveOptions }

/** The errand as an actor is told. */
export function deedOf(errand: Errand, directory: string): Deed {
  if (errand.operation === 'resolve') return { do: 'resolve', directory, paths: errand.paths, options: errand.options }
  return { do: 'operate', directory, operation: errand.operation, options: errand.options }
}

/** What a run came to: how many items it did something to, and what it told of. */
export interface Outcome {
  readonly deeds: number
  readonly told: readonly string[]
}

/** Runs the errand in this process. */
export async function perform(engine: Engine, errand: Errand): Promise<Outcome> {
  if (errand.operation === 'resolve') return outcomeOf(await engine.resolve(errand.paths, errand.options))
  if (errand.operation === 'undo') return await undo(engine, errand.options.operation)
  return outcomeOf(await engine[errand.operation](errand.options))
}

/** Takes an operation back; one that is taken back already is nothing to do. */
export async function undo(engine: Engine, operation: number): Promise<Outcome> {
  try {
    const { rows, files, conflicts, problems } = (await engine.undo({ operation })) satisfies Undone
    return { deeds: rows.length + files.length, told: toldBy(conflicts, problems) }
  } catch (error) {
    if (!(error instanceof RowtreeError) || error.code !== 'undo-unknown') throw error
    return { deeds: 0, told: [] }
  }
}

function outcomeOf({ exported, imported, adopted, removed, deleted, conflicts, holds, problems, deletions }: Summary): Outcome {
  return { deeds: exported + imported + adopted + removed + deleted, told: toldBy(conflicts, holds, problems, deletions) }
}

function toldBy(...lists: readonly (readonly Problem[])[]): string[] {
  return lists.flat().map(({ path, code }) => `${path}: ${code}`)
}
