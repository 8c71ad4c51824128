import type { Texts } from '../texts.ts'
import { locator, type Locate } from './locate.ts'
import type { Source } from './source.ts'
import { statementsFor, type Statements } from './statements.ts'

/** A source, and the ways to its single rows. */
export interface Access {
  readonly source: Source
  readonly locate: Locate
  readonly statements: Statements
  readonly texts: Texts
}

export function accessTo(source: Source, texts: Texts): Access {
  return { source, locate: locator(source, texts), statements: statementsFor(source), texts }
}
