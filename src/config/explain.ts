import type { z } from 'zod'
import { nearestOf } from '../core/nearest.ts'
import { type Fault, isPlainName, nameOf, type Path } from './fault.ts'
import { knownKeys } from './schema.ts'

type Issue = z.core.$ZodIssue

/** A name that neither breaks the line nor commands the terminal. */
const PRINTABLE = /^[\p{L}\p{N}\p{P}\p{S} ]{0,64}$/u

/**
 * Turns what the schema found into faults.
 *
 * @param isSecret Whether the value at a path came from a variable; what it holds is left out.
 */
export function explain(issues: readonly Issue[], isSecret: (path: Path) => boolean): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const { path } = issue
    if (issue.code === 'invalid_union') {
      // A fault inside one of the alternatives says more than that none of them fits.
      const inside = issue.errors.find((errors) => errors.some((error) => error.path.length > 0))
      if (inside !== undefined) {
        return explain(inside.map((error) => ({ ...error, path: [...path, ...error.path] })), isSecret)
      }
    }
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], at: 'key', message: unknownKey(path, key) }))
    }
    if (issue.code === 'invalid_key') {
      const message = `a name in ${nameOf(path.slice(0, -1))} ${issue.issues[0]?.message ?? 'is not valid'}`
      return [{ path, at: 'key', message }]
    }
    const { name, at }: { name?: unknown; at?: unknown } = (issue.code === 'custom' && issue.params) || {}
    const detail = typeof name === 'string' && PRINTABLE.test(name) && !isSecret(path) ? `: ${JSON.stringify(name)}` : ''
    return [{ path, ...(at === 'key' ? { at } : {}), message: `${nameOf(path) || 'the configuration'} ${issue.message}${detail}` }]
  })
}

function unknownKey(path: Path, key: string): string {
  const known = knownKeys(path)
  const nearest = isPlainName(key) ? nearestOf(key, known) : undefined
  const what = isPlainName(key) ? `unknown key "${key}"` : 'unknown key'
  const where = path.length === 0 ? '' : ` in ${nameOf(path)}`
  if (nearest !== undefined) return `${what}${where}; did you mean "${nearest}"?`
  return `${what}${where}; ${known.length === 0 ? 'it takes none' : `known keys: ${known.join(', ')}`}`
}
