/** What `bench` measures, and what is asked of it. */
import type { FsyncMode } from './types.ts'

/** Choices for a measurement; what is left out has a default. */
export interface BenchOptions {
  /** Rows of the scratch store: 100 to 1,000,000. Default 5,000. */
  readonly rows?: number | undefined
  /** Bytes of each row's content: 64 to 16,777,216. Default 2,048. */
  readonly size?: number | undefined
  /** Saves whose latency is measured, 0 to 10,000; fewer where each has to settle for long. Default 100. */
  readonly saves?: number | undefined
  /** How often each kind of work is timed, 1 to 100. Default 5, or 3 from 50,000 rows on. */
  readonly rounds?: number | undefined
  /** Stops: `cancelled` is thrown, and the scratch directory is gone. */
  readonly signal?: AbortSignal | undefined
  /** Called before each step. */
  readonly onStep?: ((step: BenchStep) => void) | undefined
}

/** What is being measured now. */
export interface BenchStep {
  /** Such as `round 2 of 5: import`. */
  readonly name: string
  /** How many steps are done, and how many there are. */
  readonly done: number
  readonly total: number
}

/** What the figures were measured on. */
export interface Machine {
  readonly rowtree: string
  /** Such as `Node 26.10.0`. */
  readonly runtime: string
  readonly platform: string
  readonly cores: number
  /** Writer threads beside the main one. */
  readonly threads: number
  /** The filesystem of the scratch directory, such as `ext4`; absent where the system does not tell. */
  readonly filesystem?: string
  /** Whether that is the tree's; without a config, always. */
  readonly together: boolean
}

/** What was done, so that two reports can be compared. */
export interface Course {
  readonly rows: number
  /** Bytes of one content. */
  readonly size: number
  readonly rounds: number
  readonly saves: number
  /** What `export.fsync` says, or `batch` where that is off: how the flushed export flushes. */
  readonly fsync: Exclude<FsyncMode, 'off'>
  /** What `export.workers` says. */
  readonly workers: number | 'auto'
  /** What `watch.settle` says, in milliseconds. */
  readonly settle: number
}

/**
 * A kind of work: `loop` writes a file under another name and renames it, one after the other, on one thread; `export` writes all rows into an
 * empty tree, `unchanged` has nothing to do, `import` takes all files, edited; these four flush no file. `flushed-loop` also flushes
 * each file before its rename, `flushed-export` as `Course.fsync` says.
 */
export type WorkName = 'loop' | 'export' | 'unchanged' | 'import' | 'flushed-loop' | 'flushed-export'

/** How fast one kind of work was: the median of its rounds. */
export interface Work {
  readonly name: WorkName
  /** Files or rows of one round; of `flushed-loop` fewer. */
  readonly items: number
  /** Of each round. */
  readonly seconds: readonly number[]
  /** Their median. */
  readonly median: number
  /** Seconds that all threads of this process computed: the least of the rounds, since what disturbs only adds. Waiting costs none, and other programs hardly any. */
  readonly cpu: number
  readonly rowsPerSecond: number
  readonly bytesPerSecond: number
}

/**
 * A figure without a unit, from the same rounds: that of another machine can be compared with it. `speedup`, `unchanged`, `import`: how many times
 * faster than `loop` that work was, an item for an item; `flushed`: the flushed export against the flushed loop. `effort`: how many times
 * the loop's processor time an export takes. `latency`: how many settle windows passed from a save to its row.
 */
export interface Ratio {
  readonly name: 'speedup' | 'unchanged' | 'import' | 'flushed' | 'effort' | 'latency'
  readonly value: number
  readonly better: 'higher' | 'lower'
}

/** From a save to its committed row in a session, in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Of each save, in their order. */
  readonly samples: readonly number[]
}

/** An export by a process of its own, its start included, with the config's `export.fsync`. */
export interface Fresh {
  /** The median of three. */
  readonly seconds: number
  readonly rowsPerSecond: number
  /** The most memory that one of them had resident, in bytes. */
  readonly rss: number
}

/** How long flushing takes, in milliseconds; the system's reason where it refuses; `absent`: it has no such call. */
export interface FlushCost {
  readonly file: number | string
  readonly directory: number | string
  readonly filesystem: number | string
}

/** How fast the store of the config was read. Nothing in it was written. */
export interface Reading {
  readonly rows: number
  /** Rows that cannot become files. */
  readonly problems: number
  readonly bytes: number
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly bytesPerSecond: number
}

/** All that was measured. */
export interface BenchReport {
  /** The form of this document. */
  readonly format: 1
  /** ISO 8601, UTC. */
  readonly time: string
  readonly machine: Machine
  readonly course: Course
  readonly work: readonly Work[]
  readonly ratios: readonly Ratio[]
  /** Absent where no saves were asked for. */
  readonly latency?: Latency
  readonly flush: FlushCost
  /** Absent where no process may be started. */
  readonly fresh?: Fresh
  /** Absent without a config. */
  readonly store?: Reading
}

/** What a machine has to be able to do; what is left out is not asked for. */
export interface Contract {
  /** The least `speedup`. */
  readonly minSpeedup?: number | undefined
  /** The most that `latency.p95` may be, in milliseconds. */
  readonly maxLatencyMs?: number | undefined
  /** The most that `fresh.rss` may be, in bytes. */
  readonly maxRss?: number | undefined
}

/** What is asked of one figure, and whether it keeps to it. */
export interface Verdict {
  /** The setting of the contract, or `regression`. */
  readonly name: 'minSpeedup' | 'maxLatencyMs' | 'maxRss' | 'regression'
  /** Such as `speedup`, `latency.p95`, `fresh.rss`. */
  readonly figure: string
  readonly measured: number
  /** What it must reach, or must not pass. */
  readonly limit: number
  readonly better: 'higher' | 'lower'
  /** Of a regression: what the earlier report says. */
  readonly earlier?: number
  readonly met: boolean
}
