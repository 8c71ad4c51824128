import type { SetValue } from '../../types.ts'
import type { Column } from '../column.ts'
import type { Language } from '../language.ts'
import { exactLiteral, type Source } from './source.ts'

/** Parameters for the columns to set at a moment, in milliseconds since 1970, without those to increment. */
export function settingsAt(set: Source['set'], language: Language, moment: number): unknown[] {
  return set.flatMap(([column, value]) => (value === 'increment' ? [] : [settingAt(column, value, language, moment)]))
}

function settingAt(column: Column, set: Exclude<SetValue, 'increment'>, language: Language, moment: number): unknown {
  if (set === 'now') return language.encode(column, language.moment(column, moment))
  return language.encode(column, exactLiteral(set.value))
}
