import type { BenchOptions, Reading } from '../bench.ts'
import type { Config } from '../config.ts'
import type { ExportOptions, ImportOptions } from '../options.ts'
import type { Summary } from '../types.ts'
import type { WatchOptions, WatchSession } from '../watch.ts'
import type { SampleRow } from './rows.ts'

/** What of an engine is measured. */
export interface Runner {
  export(options?: ExportOptions): Promise<Summary>
  import(options?: ImportOptions): Promise<Summary>
  watch(options?: WatchOptions): WatchSession
  close(): Promise<void>
}

/** What is measured, and who can do what it takes. */
export interface Subject {
  /** Without `collections`, as a config that says nothing but where things are. */
  readonly config: Pick<Config, 'tree' | 'state' | 'export' | 'watch'>
  /** Writer threads that an export starts. */
  readonly threads: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly options: BenchOptions
  /** Makes a store of these rows in a directory, and opens it beside an empty tree in it. */
  openScratch(directory: string, rows: Iterable<SampleRow>): Promise<Scratch>
  /** Reads the config's own store; absent without one. */
  readonly readStore?: (() => Promise<Reading>) | undefined
}

/** A store and a tree to be measured with, in a directory that is removed afterwards. */
export interface Scratch {
  readonly runner: Runner
  readonly tree: string
  readonly state: string
  /** The content of each path's row, in their order; `undefined` where there is none. */
  contentsOf(paths: readonly string[]): Promise<readonly (string | undefined)[]>
}
