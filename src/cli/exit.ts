import type { ErrorCode } from '../errors.ts'
import type { Summary } from '../types.ts'

/** Exit codes of the command line; the configuration and usage codes are sysexits(3)'s. */
export const OK = 0
export const FAILED = 1
/** Both sides differ; only for those who ask with `--exit-code`. */
export const DRIFT = 2
export const UNDECIDED = 3
export const USAGE = 64
export const CONFIG = 78
export const HUNG_UP = 129
export const INTERRUPTED = 130
export const TERMINATED = 143

/** The config is wrong, or the store is not what it says. */
const CONFIG_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'baseline-foreign',
  'column-missing',
  'config-invalid',
  'config-missing',
  'config-unreadable',
  'store-missing',
  'store-unreadable',
  'store-unsupported',
  'table-missing',
  'tree-not-a-directory',
])

export function exitCodeOfError(code: ErrorCode): number {
  if (code === 'usage') return USAGE
  return CONFIG_CODES.has(code) ? CONFIG : FAILED
}

export function exitCodeOfSummary(summary: Summary): number {
  if (summary.problems.length > 0) return FAILED
  return summary.conflicts.length + summary.holds.length > 0 ? UNDECIDED : OK
}
