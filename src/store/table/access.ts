import type { Database } from '../database.ts'
import type { Language } from '../language.ts'
import type { Texts } from '../texts.ts'
import { type FindTwins, locator, twinFinder, type Locate } from './locate.ts'
import type { Source } from './source.ts'
import { statementsFor, type Statements } from './statements.ts'

/** A source, and the ways to its single rows. */
export interface Access {
  readonly source: Source
  readonly locate: Locate
  readonly findTwins: FindTwins
  readonly statements: Statements
  readonly language: Language
  readonly texts: Texts
}

export function accessTo(source: Source, { language, texts }: Pick<Database, 'language' | 'texts'>): Access {
  return { source, language, texts, locate: locator(source, language, texts), findTwins: twinFinder(source, language), statements: statementsFor(source, language) }
}
