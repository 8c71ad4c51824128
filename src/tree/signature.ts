import type { Entry } from './stat.ts'

/** What tells one stat from another, in one number: 52 bits of a hash, since four numbers a file would cost a multiple of the memory. Positive. */
export function signatureOf({ size, mtime, ctime, inode }: Entry): number {
  let low = 0x9e3779b9
  let high = 0x85ebca6b
  for (const part of [size, mtime, ctime, inode]) {
    low = Math.imul(low ^ part, 0xcc9e2d51)
    low = Math.imul((low << 15) | (low >>> 17), 0x1b873593) ^ high
    high = Math.imul(high ^ (part / 0x1_0000_0000), 0x9e3779b1)
    high = Math.imul((high << 13) | (high >>> 19), 0x85ebca6b) ^ low
  }
  return (low >>> 0) * 0x10_0000 + (high >>> 12) + 1
}
