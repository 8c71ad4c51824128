import { type FieldValue, isDecimal } from '../../core/codec.ts'

/** What the text of a setting means: a file says `25` or `true`, where the database holds `25` or `1`. */
export type SettingKind = 'integer' | 'boolean'

/** A value as a file says it; a text that does not mean a value of the kind stays one. */
export function shownAs(kind: SettingKind | undefined, held: FieldValue): FieldValue {
  if (typeof held !== 'string') return held
  if (kind === 'integer' && /^(?:0|-?[1-9]\d*)$/.test(held)) return BigInt(held)
  return kind === 'boolean' && (held === '0' || held === '1') ? held === '1' : held
}

/** A value as the database holds it. */
export function heldAs(kind: SettingKind | undefined, shown: FieldValue): FieldValue {
  if (kind === 'integer' && typeof shown === 'bigint') return String(shown)
  if (kind === 'integer' && shown !== null && isDecimal(shown) && /^-?\d+$/.test(shown.decimal)) return String(BigInt(shown.decimal))
  return kind === 'boolean' && typeof shown === 'boolean' ? (shown ? '1' : '0') : shown
}
