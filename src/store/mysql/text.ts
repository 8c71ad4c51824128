import type { Column } from '../column.ts'
import { typeOf } from './type.ts'

/** Why a column cannot hold a text as it is; `undefined` where it can. */
export function textFault(column: Column, text: string): string | undefined {
  if (!text.isWellFormed()) return 'cannot hold half of a character. Remove it'
  if (typeOf(column).name === 'char' && text.endsWith(' ')) return 'does not keep spaces at the end of its value. Remove them, or make it a VARCHAR'
  if (!canWrite(column, text)) return foreign(column, text)
  return lengthFault(column, text)
}

/** Whether the column's character set has all characters of a text. */
export function canWrite({ repertoire }: Column, text: string): boolean {
  return repertoire === undefined || !OUTSIDE[repertoire].test(text)
}

/** What MySQL calls latin1 is Windows-1252, with control characters in its five gaps. */
const OUTSIDE = {
  ascii: /[^\0-\x7F]/u,
  latin1: /[^\0-\x7F\x81\x8D\x8F\x90\x9D\xA0-\xFF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/u,
  bmp: /[\u{10000}-\u{10FFFF}]/u,
} as const

const NAMES = { ascii: 'ASCII', latin1: 'latin1', bmp: 'three-byte UTF-8' } as const

function foreign({ repertoire }: Column, text: string): string {
  const character = OUTSIDE[repertoire!].exec(text)![0]
  return `is of ${NAMES[repertoire!]}, which has no ${JSON.stringify(character)}. Remove that, or convert the table to utf8mb4`
}

function lengthFault(column: Column, text: string): string | undefined {
  const { limit } = column
  if (limit === undefined) return undefined
  const taken = limit.unit === 'characters' ? charactersIn(text, limit.most) : octetsOf(column, text)
  return taken > limit.most ? `holds ${limit.most} ${limit.unit}, and its value takes ${taken}. Shorten it, or make the column larger` : undefined
}

function octetsOf({ repertoire }: Column, text: string): number {
  // One byte a character.
  return repertoire === 'ascii' || repertoire === 'latin1' ? text.length : Buffer.byteLength(text)
}

function charactersIn(text: string, most: number): number {
  if (text.length <= most) return text.length
  let count = 0
  for (const _ of text) count++
  return count
}
