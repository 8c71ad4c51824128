/**
 * rowtree keeps the rows of a database and the files of a directory tree the same.
 *
 * @module
 */
export { loadConfig, parseConfig, resolveConfig } from './config.ts'
export type {
  BenchConfig,
  CollectionConfig,
  CollectionInput,
  Config,
  ConfigInput,
  Environment,
  ExportConfig,
  LoadOptions,
  MybbConfig,
  OwnPreset,
  ParseOptions,
  Preset,
  PresetName,
  StoreConfig,
  TlsConfig,
} from './config.ts'
export type { BenchOptions, BenchReport, BenchStep, Contract, Course, FlushCost, Fresh, Latency, Machine, Ratio, Reading, Verdict, Work, WorkName } from './bench.ts'
export type { Check, CheckGroup, CheckStatus, Remark } from './doctor.ts'
export { bench, compareReports, diagnose, judgeContract, openEngine, readEarlier } from './engine.ts'
export type { Earlier, Engine, Operation } from './engine.ts'
export type {
  CycleOptions,
  Difference,
  DiffOptions,
  ExportOptions,
  ImportOptions,
  ResolveOptions,
  StatusOptions,
  SyncOptions,
  Undone,
  UndoOptions,
  Version,
} from './options.ts'
export { writeFileAtomic, writeJsonAtomic, writeYamlAtomic } from './atomic.ts'
export type { JsonOptions, SweepOptions, SweepResult, WriteOptions } from './atomic.ts'
export { RowtreeError } from './errors.ts'
export type { ErrorCode, ErrorDetails } from './errors.ts'
export type { FsyncMode, Problem, ProblemCode, Progress, State, Status, StatusItem, Summary } from './types.ts'
export type { RescanReason, WatchEvent, WatchNews, WatchOptions, WatchSession } from './watch.ts'
