import type { FsyncMode, SetValue, Side } from '../types.ts'
import type { BenchConfig, BenchInput } from './bench-config.ts'
import type { SettingsConfig } from './settings-config.ts'

/** A preset that rowtree brings: any table by mapping, a MyBB board, a WordPress site, a table of settings. */
export type PresetName = 'table' | 'mybb' | 'wordpress' | 'settings'

/** A preset that somebody wrote himself. */
export interface OwnPreset {
  /** The absolute path of its module. */
  readonly module: string
}

/** Which shape of database the store reads. */
export type Preset = PresetName | OwnPreset

/** How the connection to a database server is encrypted. Its files, PEM, are named by absolute paths and read when the store is opened. */
export interface TlsConfig {
  /** Whom the server's certificate has to be signed by; absent: one of the authorities that the runtime knows. */
  readonly ca?: string | undefined
  /** What this side shows of itself, with `key`. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** Whether a server is refused whose certificate nobody known signed, or that is of another host. */
  readonly verify: boolean
}

/** The store as the config names it. */
export interface StoreConfig {
  /** As written, with `${NAME}` expanded: it may hold a password, so it never belongs in a message. */
  readonly url: string
  readonly preset: Preset
  /** What the names of the preset's tables begin with; empty under presets without such a prefix. */
  readonly prefix: string
  /** Absent: the connection is not encrypted, unless the URL says so. */
  readonly tls?: TlsConfig | undefined
}

/** How files are written. */
export interface ExportConfig {
  readonly fsync: FsyncMode
  /** Writer threads; 0 writes in the calling thread. */
  readonly workers: number | 'auto'
  /** The end of every temp file's name. */
  readonly tempSuffix: string
  /** Whether a file is removed after its row is gone. */
  readonly prune: boolean
}

/** What a change must not be, to be made without a person's word. */
export interface GuardsConfig {
  /** Whether an empty file may empty its row. */
  readonly allowEmpty: boolean
  /** How much of a collection may be gone on one side before nothing of it is deleted on the other: a part of it, 0 to 1, or rows. */
  readonly maxDelete: { readonly share: number } | { readonly count: number }
  /** Bytes; a larger file is not imported. */
  readonly maxFileSize: number
}

/** How long the contents are kept that `undo` needs. */
export interface HistoryConfig {
  /** Milliseconds. */
  readonly maxAge: number
  /** Bytes. */
  readonly maxSize: number
}

/** How a watch session behaves. Times are milliseconds. */
export interface WatchConfig {
  /** How long a path must be quiet before it is taken: up to 60,000. */
  readonly settle: number
  /** Paths of one batch at the most. */
  readonly maxBatch: number
  /** How often all files are looked at: 1,000 to 86,400,000. */
  readonly rescan: number | 'off'
  /** How often the store is asked whether it changed: 100 to 86,400,000. */
  readonly poll: number | 'off'
  /** A shell command that runs after each import. */
  readonly onImport?: string | undefined
  /** Whose changes are taken; absent: both sides'. */
  readonly oneWay?: Side | undefined
}

/** One kind of row of the preset `table`, and where its files go. */
export interface CollectionConfig {
  readonly name: string
  readonly table: string
  /** Key columns, at least one, in the order of a row's key. */
  readonly key: readonly string[]
  /** Path pattern; its `{column}` placeholders are exactly the key columns. */
  readonly path: string
  /** The columns that become the file, at least one, none of them a key column. */
  readonly content: readonly string[]
  /** Whether the file is a YAML map of the columns instead of the bytes of the only one. */
  readonly structured: boolean
  /** What other columns become whenever a row is written. */
  readonly set: Readonly<Record<string, SetValue>>
  /** The file begins with the columns between lines of `---`, and the last one is what follows. */
  readonly format?: 'front-matter' | undefined
  /** What columns must hold: other rows are not seen, and new rows get it. */
  readonly where?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** Settings of the preset `mybb`. */
export interface MybbConfig {
  /** Whether what MyBB ships are rows too, and may be written: the templates of the master set, the stylesheets of the master theme. */
  readonly master: boolean
  /** Whether the templates that all sets share are rows too, of a set of their own. */
  readonly global: boolean
  /** Titles of the template sets that take part; absent: all. */
  readonly sets?: readonly string[] | undefined
  /** Names of the themes that take part; absent: all. */
  readonly themes?: readonly string[] | undefined
  /** The directory that the board is installed in, absolute: stylesheets are written into its cache, too. */
  readonly board?: string | undefined
}

/** Settings of the preset `wordpress`. */
export type WordpressConfig = Readonly<Record<string, never>>

/** A valid configuration: every default applied, all paths absolute but the one in a SQLite URL. */
export interface Config {
  readonly store: StoreConfig
  readonly tree: string
  /** Where the baseline and the lock live. */
  readonly state: string
  readonly export: ExportConfig
  readonly guards: GuardsConfig
  /** Who wins where both sides changed: nobody, one side, or both as far as their changes do not touch. */
  readonly onConflict: 'keep' | Side | 'merge'
  readonly history: HistoryConfig
  readonly watch: WatchConfig
  readonly bench: BenchConfig
  /** Gitignore patterns of files that are none of our business. */
  readonly ignore: readonly string[]
  readonly mybb: MybbConfig
  readonly wordpress: WordpressConfig
  /** Preset `settings` only, which needs it. */
  readonly settings?: SettingsConfig | undefined
  /** What a preset of somebody's own is told, as written. */
  readonly options: Readonly<Record<string, unknown>>
  /** In the order of the file; empty under presets other than `table`, which bring their own. */
  readonly collections: readonly CollectionConfig[]
  /** What relative paths, and the path in a SQLite URL, are relative to. Absolute. */
  readonly directory: string
  /** The config file, absolute; absent when a program gave the settings. */
  readonly file?: string
}

/**
 * What a column becomes, as a person writes it: `now`, `increment`, or a literal. `{ value: … }` is always a literal,
 * also for NULL and for the texts "now" and "increment".
 */
export type SetInput = string | number | boolean | { readonly value: string | number | boolean | null }

/** A collection as a person writes it. */
export interface CollectionInput {
  readonly table: string
  /** One column, or several without repetition. */
  readonly key: string | readonly string[]
  readonly path: string
  /** One column, which becomes the file as it is, or a list of up to 200, which become a YAML map; no key columns. */
  readonly content: string | readonly string[]
  /**
   * By column, neither key nor content.
   *
   * @default {}
   * @example
   * ```ts
   * { updated_at: 'now', version: 'increment', editor: 'rowtree' }
   * ```
   */
  readonly set?: Readonly<Record<string, SetInput>> | undefined
  /**
   * `front-matter`: the file begins with a YAML map of the columns between lines of `---`, and the last column is what follows, as it is. It takes
   * a list of two columns at least.
   *
   * @default the file's bytes, or a YAML map
   */
  readonly format?: 'front-matter' | undefined
  /** What columns, neither key nor content nor set, must hold: other rows are not seen, and new rows get it. @default {} */
  readonly where?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** A preset as a person writes it: by its name, or by a path from the config's directory. */
export type PresetInput = PresetName | `.${string}` | `/${string}`

/** Encryption as a person writes it; `true` is a map without keys. */
export type TlsInput =
  | true
  | {
      /** The path of a PEM file, like the two below. */
      readonly ca?: string | undefined
      /** Goes with `key`. */
      readonly cert?: string | undefined
      readonly key?: string | undefined
      /** @default true */
      readonly verify?: boolean | undefined
    }

/** What a person may write in `rowtree.yaml`, and a program may pass to `resolveConfig`. */
export interface ConfigInput {
  readonly store: {
    readonly url: string
    /** One that rowtree brings, or the path of a module, which begins with `.` or `/`. @default 'table' */
    readonly preset?: PresetInput | undefined
    /** Presets `mybb` and `wordpress` only. @default 'mybb_', or 'wp_' */
    readonly prefix?: string | undefined
    /** Servers only. */
    readonly tls?: TlsInput | undefined
  }
  readonly tree: string
  /** @default './.rowtree' */
  readonly state?: string | undefined
  readonly export?:
    | {
        /** @default 'batch' */
        readonly fsync?: FsyncMode | undefined
        /** `auto` or 0 to 64. @default 'auto' */
        readonly workers?: number | 'auto' | undefined
        /** @default '.tmp' */
        readonly tempSuffix?: string | undefined
        /** @default false */
        readonly prune?: boolean | undefined
      }
    | undefined
  readonly guards?:
    | {
        /** @default false */
        readonly allowEmpty?: boolean | undefined
        /** A percentage such as `25%`, of which at least one row is allowed, or a number of rows. @default '25%' */
        readonly maxDelete?: string | number | undefined
        /** Such as `512KB`, `8MB`, `1GB` (powers of 1024), or bytes. @default '8MB' */
        readonly maxFileSize?: string | number | undefined
      }
    | undefined
  /** @default 'keep' */
  readonly onConflict?: 'keep' | Side | 'merge' | undefined
  readonly history?:
    | {
        /** Such as `90s`, `10m`, `12h`, `30d`, `2w`. @default '30d' */
        readonly maxAge?: string | undefined
        /** Such as `512KB`, `256MB`, `1GB` (powers of 1024), or bytes. @default '256MB' */
        readonly maxSize?: string | number | undefined
      }
    | undefined
  readonly watch?:
    | {
        /** Up to one minute, such as `100ms`, `1s`. @default '100ms' */
        readonly settle?: string | undefined
        /** 1 to 100,000. @default 500 */
        readonly maxBatch?: number | undefined
        /** `1s` to `24h`, or `off`. @default '60s' */
        readonly rescan?: string | false | undefined
        /** `100ms` to `24h`, or `off`. @default '2s' */
        readonly poll?: string | false | undefined
        /** A shell command. */
        readonly onImport?: string | undefined
        /** @default both sides */
        readonly oneWay?: Side | undefined
      }
    | undefined
  readonly bench?: BenchInput | undefined
  /** @default [] */
  readonly ignore?: readonly string[] | undefined
  /** Preset `mybb` only. */
  readonly mybb?:
    | {
        /** @default false */
        readonly master?: boolean | undefined
        /** @default false */
        readonly global?: boolean | undefined
        /** Titles, at least one. @default all */
        readonly sets?: readonly string[] | undefined
        /** Names, at least one. @default all */
        readonly themes?: readonly string[] | undefined
        /** The directory that the board is installed in. */
        readonly board?: string | undefined
      }
    | undefined
  /** Preset `wordpress` only. */
  readonly wordpress?: WordpressConfig | undefined
  /** Preset `settings` only, which needs it. */
  readonly settings?: SettingsConfig | undefined
  /** A preset of your own only: any map, which it is given. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
  /** By name; required under the preset `table`, refused under any other. */
  readonly collections?: Readonly<Record<string, CollectionInput>> | undefined
}
