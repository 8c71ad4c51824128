import type { SetValue } from '../../types.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Column, Source } from './source.ts'

/**
 * The values for the columns to set at a moment, in milliseconds since 1970, without those to increment. `now` is Unix
 * seconds in a column of integers, else UTC text as SQLite's `current_timestamp` gives it.
 */
export function settingsAt(set: Source['set'], moment: number): SqlValue[] {
  return set.flatMap(([column, value]) => (value === 'increment' ? [] : [settingAt(column, value, moment)]))
}

function settingAt({ affinity }: Column, set: Exclude<SetValue, 'increment'>, moment: number): SqlValue {
  if (set === 'now') {
    if (affinity === 'INTEGER') return BigInt(Math.floor(moment / 1_000))
    return new Date(moment).toISOString().slice(0, 19).replace('T', ' ')
  }
  const { value } = set
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}
