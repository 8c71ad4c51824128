/** What `rowtree bench` has to measure at the least; what is absent is not asked for. */
export interface BenchConfig {
  /** How many times faster an export must be than the loop that it is measured with. */
  readonly minSpeedup?: number | undefined
  /** Within how many milliseconds 95 of 100 saves must be in the store. */
  readonly maxLatencyMs?: number | undefined
  /** How much memory an export may take, in bytes. */
  readonly maxRss?: number | undefined
}

/** The same as a person writes it. */
export interface BenchInput {
  /** Above 0. @default not asked for */
  readonly minSpeedup?: number | undefined
  /** Milliseconds, above 0. @default not asked for */
  readonly maxLatencyMs?: number | undefined
  /** Such as `150MB`, `1GB` (powers of 1024), or bytes. @default not asked for */
  readonly maxRss?: string | number | undefined
}
