import { nearestOf } from '../../core/nearest.ts'
import { RowtreeError } from '../../errors.ts'
import type { Owner } from './owners.ts'

/** What of a board takes part. */
export interface Choice {
  /** Whether the templates of the master set and the stylesheets of the master theme take part, and may be written. */
  readonly master: boolean
  /** Whether the templates that all sets share take part, in a set of their own. Default: no. */
  readonly global?: boolean | undefined
  /** Titles of the template sets that take part. Default: all. */
  readonly sets?: readonly string[] | undefined
  /** Names of the themes that take part. Default: all. */
  readonly themes?: readonly string[] | undefined
}

/**
 * The template sets or themes that a setting names; all without one.
 *
 * @throws {RowtreeError} `config-invalid`: the board lacks one. It is asked each time: rows must never be taken for gone because their set has another name now.
 */
export function chosen(owners: readonly Owner[], names: readonly string[] | undefined, setting: string): readonly Owner[] {
  if (names === undefined) return owners
  const titles = owners.flatMap(({ title }) => (typeof title === 'string' ? [title] : []))
  const missing = names.find((name) => !titles.includes(name))
  if (missing === undefined) return owners.filter(({ title }) => names.includes(title as string))
  const nearest = nearestOf(missing, titles)
  const remedy = nearest === undefined ? `It has ${titles.map((title) => JSON.stringify(title)).join(', ') || 'none'}` : `Did you mean ${JSON.stringify(nearest)}?`
  throw new RowtreeError('config-invalid', `Cannot read the board: ${setting} names ${JSON.stringify(missing)}, which it does not have`, { remedy })
}
