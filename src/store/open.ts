import { assembleStore } from './assemble.ts'
import type { Tls } from './database.ts'
import type { BoardOptions } from './mybb/index.ts'
import { openDatabase } from './open-database.ts'
import type { Preset } from './preset.ts'
import type { Store } from './store.ts'
import type { TableCollection } from './table/mapping.ts'

export type { TableCollection } from './table/mapping.ts'

/** Which store to open, and how its rows map to paths. */
export interface StoreOptions {
  /** `sqlite:FILE`, `mysql://…`, `mariadb://…`, `postgres://…`, `postgresql://…` */
  readonly url: string
  /** The directory that a relative file in the URL starts from. */
  readonly directory: string
  readonly tls?: Tls | undefined
  /** One of ours, or a module by its absolute path. */
  readonly preset: PresetName | { readonly module: string }
  /** What the names of the tables begin with; presets `mybb` and `wordpress` only. */
  readonly prefix: string
  /** Preset `table` only. */
  readonly collections: readonly TableCollection[]
  /** Preset `mybb` only. */
  readonly mybb: BoardOptions
  /** Preset `wordpress` only. */
  readonly wordpress?: object | undefined
  /** Preset `settings` only. */
  readonly settings?: object | undefined
  /** What a preset of somebody's own is told. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970, for columns that tell when a row was written. Default: the system's clock. */
  readonly now?: () => number
}

type PresetName = 'table' | 'mybb' | 'wordpress' | 'settings'

/** Presets are loaded when they are needed. */
const PRESETS: Readonly<Record<PresetName, () => Promise<Preset>>> = {
  table: async () => (await import('./table/preset.ts')).tablePreset,
  mybb: async () => (await import('./mybb/preset.ts')).mybbPreset,
  wordpress: async () => (await import('./wordpress/preset.ts')).wordpressPreset,
  settings: async () => (await import('./settings/preset.ts')).settingsPreset,
}

/**
 * Opens a store and checks that what it is going to read exists.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unreachable`, `store-unsupported`, `table-missing`, `column-missing`, `preset-invalid`, `config-invalid`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const preset = await presetOf(options)
  const database = await openDatabase(options.url, options)
  try {
    const { prefix, collections } = options
    return assembleStore(database, await preset.open({ database, prefix, options: settingsOf(options), collections }), options.now)
  } catch (error) {
    await database.close()
    throw database.failures.unreadable(error)
  }
}

/** The preset that a store is opened with. */
export async function presetOf({ preset }: Pick<StoreOptions, 'preset'>): Promise<Preset> {
  return typeof preset === 'string' ? PRESETS[preset]() : (await import('./own-preset.ts')).loadPreset(preset.module)
}

/** What that preset is told. */
export function settingsOf({ preset, mybb, wordpress, settings, options }: StoreOptions): unknown {
  if (typeof preset !== 'string') return options ?? {}
  return { table: undefined, mybb, wordpress, settings }[preset]
}
