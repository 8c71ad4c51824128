/** How much of everything is measured. */
export interface Scale {
  /** Rows of most groups. */
  readonly rows: number
  /** Rows of the exports of growing size. */
  readonly many: readonly number[]
  /** Files of the groups that write without a database. */
  readonly files: number
  /** Rows of durable exports. */
  readonly durable: number
  /** Rows of a database server that are edited. */
  readonly edited: number
  /** Processes of each contender. */
  readonly processes: number
  /** The same where one takes long. */
  readonly fewProcesses: number
  /** Timed rounds within a process, after its first one. */
  readonly rounds: number
  /** The same where one takes long. */
  readonly fewRounds: number
  /** Saves in a session. */
  readonly saves: number
  /** Seconds in which nothing happens. */
  readonly idle: number
  /** Starts of a command. */
  readonly starts: number
}

/** What of it a person chose. */
export interface ScaleOptions {
  /** Fewer rounds and processes, and no more than 100,000 rows. Default `false`. */
  readonly quick?: boolean | undefined
  /** Rows of everything that has one number of them: to try the benchmarks out. */
  readonly rows?: number | undefined
  /** The most rows that an export may have. */
  readonly rowsMax?: number | undefined
}

const FULL: Scale = {
  rows: 10_000, many: [1_000, 10_000, 100_000, 1_000_000], files: 4_000, durable: 4_000, edited: 1_000,
  processes: 5, fewProcesses: 3, rounds: 3, fewRounds: 1, saves: 500, idle: 30, starts: 20,
}

const QUICK: Partial<Scale> = { files: 2_000, processes: 1, fewProcesses: 1, rounds: 2, saves: 100, idle: 5, starts: 8 }

export function scaleOf({ quick = false, rows, rowsMax = quick ? 100_000 : Number.POSITIVE_INFINITY }: ScaleOptions): Scale {
  const scale = { ...FULL, ...(quick && QUICK) }
  const few = rows === undefined ? {} : { rows, files: rows, durable: rows, edited: Math.min(rows, scale.edited) }
  return { ...scale, ...few, many: scale.many.filter((count) => count <= rowsMax) }
}

/** Programs that not every machine has; `undefined` where one is missing. */
export interface Tools {
  readonly deno: string | undefined
  readonly python: string | undefined
  readonly rsync: string | undefined
  readonly unison: string | undefined
  /** The C loop, compiled. */
  readonly loop: string | undefined
}

/** What the groups measure on, and with. */
export interface Setting {
  readonly scale: Scale
  /** A directory in memory. */
  readonly memory: string
  /** A directory on a disk that flushes. */
  readonly disk: string
  /** What kind of disk that is, for people. */
  readonly diskName: string
  readonly tools: Tools
  /** The directory of rowtree as npm gets it: JavaScript. */
  readonly built: string
}
