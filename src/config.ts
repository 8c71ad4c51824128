import { dirname, resolve } from 'node:path'
import { readDocument } from './config/document.ts'
import { type Environment, expandEnvironment } from './config/environment.ts'
import { explain } from './config/explain.ts'
import { type Locate, nameOf, refuse } from './config/fault.ts'
import { readConfig } from './config/locate.ts'
import { schema } from './config/schema.ts'
import type { Config, ConfigInput, StoreConfig } from './config/types.ts'

export type { Environment } from './config/environment.ts'
export type {
  CollectionConfig,
  CollectionInput,
  Config,
  ConfigInput,
  ExportConfig,
  GuardsConfig,
  HistoryConfig,
  MybbConfig,
  OwnPreset,
  Preset,
  PresetName,
  SetInput,
  StoreConfig,
  TlsConfig,
  TlsInput,
  WatchConfig,
  WordpressConfig,
} from './config/types.ts'
export type { BenchConfig, BenchInput } from './config/bench-config.ts'
export type { SettingsConfig } from './config/settings-config.ts'

/** Where the text of a config comes from. */
export interface ParseOptions {
  /** The file's name in messages and in the result. */
  readonly file?: string | undefined
  /** What relative paths in the config are relative to. */
  readonly directory: string
  /** The variables for `${NAME}`. */
  readonly env: Environment
}

/** Where to look for a config. */
export interface LoadOptions {
  /** Relative to `cwd`. @default the nearest `rowtree.yaml` from `cwd` upwards */
  readonly file?: string | undefined
  readonly cwd: string
  /** The variables for `${NAME}`. */
  readonly env: Environment
}

/**
 * Reads the config file: YAML, `${NAME}` from the environment in every string value (`$${NAME}` is
 * a literal `${NAME}`), every default applied.
 *
 * @throws {RowtreeError} `config-missing`: there is none; `config-unreadable`: it cannot be read or is not
 * UTF-8; `config-invalid`: the message names each fault with file, line and column, and never holds the
 * store's URL or what a variable holds.
 *
 * @example
 * ```ts
 * const config = await loadConfig({ cwd: process.cwd(), env: process.env })
 * ```
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const { file, text } = await readConfig(options.cwd, options.file)
  return parseConfig(text, { file, directory: dirname(file), env: options.env })
}

/**
 * Makes a config of YAML text. See `loadConfig`.
 *
 * @throws {RowtreeError} `config-invalid`
 *
 * @example
 * ```ts
 * parseConfig('store: { url: sqlite:board.sqlite, preset: mybb }\ntree: ./board', { directory: '/srv', env: {} }).tree // '/srv/board'
 * ```
 */
export function parseConfig(text: string, options: ParseOptions): Config {
  const document = readDocument(text)
  if ('message' in document) throw refuse([document], options.file)
  return settle(document.value, options, document.locate)
}

/**
 * Makes a config of settings that a program holds: the same rules and defaults, without a file.
 *
 * @param directory What relative paths are relative to.
 * @param env The variables for `${NAME}`. @default strings are taken as they are
 * @throws {RowtreeError} `config-invalid`
 *
 * @example
 * ```ts
 * const config = resolveConfig({
 *   store: { url: 'sqlite:site.sqlite' },
 *   tree: './site',
 *   collections: { pages: { table: 'pages', key: 'slug', path: '{slug}.html', content: 'body' } },
 * }, '/srv')
 * ```
 */
export function resolveConfig(input: ConfigInput, directory: string, env?: Environment): Config {
  return settle(input, { directory, env })
}

interface Surroundings {
  readonly file?: string | undefined
  readonly directory: string
  readonly env?: Environment | undefined
}

function settle(input: unknown, { file, directory, env }: Surroundings, locate?: Locate): Config {
  const expansion = env === undefined ? undefined : expandEnvironment(input, env)
  const unset = expansion?.faults ?? []
  const result = schema.safeParse(expansion === undefined ? input : expansion.value)
  if (!result.success || unset.length > 0) {
    const found = explain(result.error?.issues ?? [], (path) => expansion?.isSecret(path) ?? false)
    // A value that lacks its variable is not worth a second complaint.
    const others = found.filter(({ path }) => !unset.some((fault) => nameOf(fault.path) === nameOf(path)))
    throw refuse([...unset, ...others], file, locate)
  }
  const base = resolve(directory)
  const { mybb } = result.data
  return {
    ...result.data,
    store: placed(result.data.store, base),
    tree: resolve(base, result.data.tree),
    state: resolve(base, result.data.state),
    mybb: { ...mybb, ...(mybb.board !== undefined && { board: resolve(base, mybb.board) }) },
    directory: base,
    ...(file === undefined ? {} : { file }),
  }
}

/** With the paths of files absolute. That in a SQLite URL is the store's own. */
function placed({ preset, tls, ...rest }: StoreConfig, base: string): StoreConfig {
  const at = (path: string | undefined): string | undefined => path && resolve(base, path)
  return {
    ...rest,
    preset: typeof preset === 'string' ? preset : { module: resolve(base, preset.module) },
    ...(tls && { tls: { ca: at(tls.ca), cert: at(tls.cert), key: at(tls.key), verify: tls.verify } }),
  }
}
