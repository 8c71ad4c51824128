import { join } from 'node:path'
import type { BenchOptions, BenchReport, Course, Reading } from '../bench.ts'
import { amountsOf } from '../bench/course.ts'
import { courseOf, measure } from '../bench/measure.ts'
import { readAll } from '../bench/reading.ts'
import type { Runner, Scratch } from '../bench/subject.ts'
import { type Config, loadConfig, type LoadOptions, resolveConfig } from '../config.ts'
import { RowtreeError } from '../errors.ts'
import { openStore } from '../store/open.ts'
import { createSamplePages } from '../store/table/sample.ts'
import { storeOptionsOf, threadsOf } from './sides.ts'

/** Opens an engine. */
type Open = (config: Config) => Promise<Runner>

/** Measures the sides that a config names, or, where there is none, the machine alone. See `bench`. */
export async function measureSides(of: Config | LoadOptions, options: BenchOptions, open: Open): Promise<BenchReport> {
  const found = await configOf(of)
  const config = found ?? scratchConfig('store' in of ? of.directory : of.cwd)
  return await measure({
    config,
    options,
    threads: threadsOf(config.export.workers),
    now: Date.now(),
    openScratch: (directory, rows) => openScratch(directory, rows, config, open),
    ...(found && { readStore: () => readStore(found, options.signal) }),
  })
}

/** What a measurement is going to do, before anything is done. */
export interface BenchPlan {
  /** `undefined` where none is named and none is found. */
  readonly config: Config | undefined
  readonly course: Course
}

/**
 * Looks for the config and at the options.
 *
 * @throws {RowtreeError} as `bench`
 */
export async function planBench(of: Config | LoadOptions, options: BenchOptions): Promise<BenchPlan> {
  const found = await configOf(of)
  const config = found ?? scratchConfig('store' in of ? of.directory : of.cwd)
  return { config: found, course: courseOf({ config }, amountsOf(options, config.watch.settle)) }
}

/** The config that is meant; `undefined` where none is named and none is found. */
async function configOf(of: Config | LoadOptions): Promise<Config | undefined> {
  if ('store' in of) return of
  try {
    return await loadConfig(of)
  } catch (error) {
    if (of.file === undefined && error instanceof RowtreeError && error.code === 'config-missing') return undefined
    throw error
  }
}

/** The settings of a config that says nothing, with everything in one directory. */
export function scratchConfig(directory: string, { export: { workers, fsync, tempSuffix } = {} }: { readonly export?: Partial<Config['export']> } = {}): Config {
  return resolveConfig(
    {
      store: { url: `sqlite:${join(directory, 'store.sqlite')}` },
      tree: join(directory, 'tree'),
      state: join(directory, 'state'),
      export: { workers, fsync, tempSuffix },
      // Contents are as long as they were asked to be.
      guards: { maxFileSize: '1GB' },
      collections: { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } },
    },
    directory,
  )
}

async function openScratch(directory: string, rows: Parameters<typeof createSamplePages>[1], like: Config, open: Open): Promise<Scratch> {
  const config = scratchConfig(directory, like)
  createSamplePages(join(directory, 'store.sqlite'), rows)
  return { runner: await open(config), tree: config.tree, state: config.state, contentsOf: (paths) => contentsOf(config, paths) }
}

/** Asks the store itself, by another connection than the one that wrote. */
async function contentsOf(config: Config, paths: readonly string[]): Promise<(string | undefined)[]> {
  const store = await openStore(storeOptionsOf(config))
  try {
    const found = await store.find(paths)
    return found.map((finding) => (finding.kind === 'row' ? textOf(finding.row.content) : undefined))
  } finally {
    await store.close()
  }
}

function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content)
}

async function readStore(config: Config, signal: AbortSignal | undefined): Promise<Reading> {
  const store = await openStore(storeOptionsOf(config))
  try {
    return await readAll(store, signal)
  } finally {
    await store.close()
  }
}
