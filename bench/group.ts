import type { Figures, Result } from './figures.ts'
import type { Form } from './report/form.ts'
import type { Setting } from './setting.ts'

/** Somebody who takes part. */
export interface Contender {
  readonly name: string
  /** Rows or files of one round. */
  readonly items: number
  /** Runs once in a fresh process, in an empty directory. */
  readonly run: (directory: string) => Figures
}

/** One column of a group's table. */
export interface Column {
  readonly title: string
  /** The name under which the contenders print it. */
  readonly figure: string
  readonly form: Form
}

/** One picture of a group: a bar for each contender that has this figure. */
export interface Picture {
  /** The file's name, without its ending. */
  readonly name: string
  readonly title: string
  readonly figure: string
  readonly form: Form
}

/** The middle value of a contender's figure, as it was printed; NaN where it was not measured. Default group: the target's own. */
export type Lookup = (contender: string, figure: string, group?: string) => number

/** What a figure should come to. */
export interface Target {
  readonly figure: string
  readonly limit: { readonly least: number } | { readonly most: number | ((of: Lookup) => number) }
  /** `×` for a ratio. */
  readonly unit: string
  readonly digits?: number
  readonly measured: (of: Lookup) => number
}

/** Contenders that do the same, and what is said about it. */
export interface Group {
  /** One word, for files and flags. */
  readonly name: string
  readonly title: string
  /** How it was measured, as Markdown. */
  readonly how: string
  /** Where the contenders get their directories. */
  readonly place: 'memory' | 'disk'
  /** Processes of each contender. */
  readonly processes: number
  /** Called right before the race. */
  readonly contenders: () => readonly Contender[]
  readonly columns: readonly Column[]
  readonly pictures: readonly Picture[]
  readonly targets: readonly Target[]
}

export type GroupOf = (setting: Setting) => Group

/** What a group came to. */
export interface Measured {
  readonly title: string
  readonly results: readonly Result[]
}
