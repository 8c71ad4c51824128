import { readPhp, writePhp, type PhpArray, type PhpKey, type PhpValue } from './php.ts'
import type { ThemeRow } from './theme-lists.ts'

/** The columns that MyBB keeps of the default theme, in its order. */
const COLUMNS = ['name', 'tid', 'properties', 'stylesheets'] as const

/**
 * What `datacache` is to hold of the default theme, in the form that it has there: some of PHP's drivers give each column also
 * by its number, some give numbers as texts. What cannot be read is made anew: it is a copy.
 */
export function cacheOf(theme: Pick<ThemeRow, (typeof COLUMNS)[number]>, cache: string): string {
  const before = copyIn(cache)
  const value = (column: (typeof COLUMNS)[number]): PhpValue =>
    column === 'tid' && typeof before.get('tid') === 'string' ? String(theme.tid) : theme[column]
  for (const [index, column] of COLUMNS.entries()) {
    before.set(column, value(column))
    if (before.has(index)) before.set(index, value(column))
  }
  return writePhp(before)
}

function copyIn(cache: string): PhpArray {
  try {
    const copy = readPhp(cache)
    if (copy instanceof Map) return copy
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return new Map<PhpKey, PhpValue>()
}
