import type { Measured } from '../group.ts'
import type { Machine } from '../machine.ts'
import type { ScaleOptions } from '../setting.ts'
import type { Check } from './check.ts'

/** Every figure of a run, as `--json` keeps it. */
export interface Document {
  /** ISO 8601. */
  readonly date: string
  /** How much of everything was measured. */
  readonly options: ScaleOptions
  readonly machine: Machine
  /** By the name of the group. */
  readonly groups: Readonly<Record<string, Measured>>
  readonly checks: readonly Check[]
}
