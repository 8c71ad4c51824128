import type { Column } from '../column.ts'

/** A column's type in parts: `decimal(10,2) unsigned` is `decimal` with the arguments 10 and 2. */
export interface Type {
  readonly name: string
  readonly sizes: readonly number[]
  /** Of an enumeration, or a set. */
  readonly members: readonly string[]
  readonly unsigned: boolean
  readonly zerofill: boolean
}

const parsed = new Map<string, Type>()

/** The type of a column, which is taken apart once. */
export function typeOf({ type }: Column): Type {
  let found = parsed.get(type)
  if (found === undefined) parsed.set(type, (found = parseType(type)))
  return found
}

/** Takes a type apart that `information_schema` tells. */
function parseType(type: string): Type {
  const [, name = '', inside = '', rest = ''] = /^\s*(\w+)\s*(?:\(([^]*)\))?(.*)$/s.exec(type) ?? []
  const members = [...inside.matchAll(/'((?:[^']|'')*)'/g)].map(([, member]) => member!.replaceAll("''", "'"))
  return {
    name: name.toLowerCase(),
    sizes: members.length > 0 ? [] : inside.split(',').filter((size) => size.trim() !== '').map(Number),
    members,
    unsigned: /\bunsigned\b/i.test(rest),
    zerofill: /\bzerofill\b/i.test(rest),
  }
}

/** Bits of the integer types. */
const BITS: ReadonlyMap<string, number> = new Map([['tinyint', 8], ['smallint', 16], ['mediumint', 24], ['int', 32], ['bigint', 64]])

/** The smallest and the largest integer that a type holds; a year has a gap. */
export function rangeOf({ name, unsigned }: Type): readonly [least: bigint, most: bigint] {
  if (name === 'year') return [0n, 2155n]
  const bits = BigInt(BITS.get(name) ?? 64)
  return unsigned ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
}
