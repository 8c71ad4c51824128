import type { SetValue } from '../../types.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Column } from './source.ts'

/** What a column is set to: `?` for the value, or an expression with the old one. */
export type Setting = { readonly value: SqlValue } | 'increment'

/**
 * What a `set` of the configuration comes to at a moment, in milliseconds since 1970. `now` is Unix seconds in a
 * column of integers, else UTC text as SQLite's `current_timestamp` gives it.
 */
export function settingOf({ affinity }: Column, set: SetValue, moment: number): Setting {
  if (set === 'increment') return set
  if (set === 'now') {
    if (affinity === 'INTEGER') return { value: BigInt(Math.floor(moment / 1_000)) }
    return { value: new Date(moment).toISOString().slice(0, 19).replace('T', ' ') }
  }
  const { value } = set
  if (typeof value === 'boolean') return { value: value ? 1n : 0n }
  return { value: Number.isSafeInteger(value) ? BigInt(value as number) : value }
}
