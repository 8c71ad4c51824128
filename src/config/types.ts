import type { FsyncMode } from '../types.ts'

/** Which shape of database the store reads: any table by mapping, or a MyBB board. */
export type Preset = 'table' | 'mybb'

/** The store as the config names it. */
export interface StoreConfig {
  /** As written, with `${NAME}` expanded: it may hold a password, so it never belongs in a message. */
  readonly url: string
  readonly preset: Preset
  /** In front of the board's table names; means something under the preset `mybb` alone. */
  readonly prefix: string
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

/** One kind of row of the preset `table`, and where its files go. */
export interface CollectionConfig {
  readonly name: string
  readonly table: string
  /** Key columns, at least one, in the order of a row's key. */
  readonly key: readonly string[]
  /** Path pattern; its `{column}` placeholders are exactly the key columns. */
  readonly path: string
  /** The column that holds the file's content. */
  readonly content: string
}

/** Settings of the preset `mybb`. */
export interface MybbConfig {
  /** Whether the master templates, which every board shares, are rows too. */
  readonly master: boolean
}

/** A valid configuration: every default applied, `tree` and `state` absolute. */
export interface Config {
  readonly store: StoreConfig
  readonly tree: string
  /** Where the baseline and the lock live. */
  readonly state: string
  readonly export: ExportConfig
  /** Gitignore patterns of files that are none of our business. */
  readonly ignore: readonly string[]
  readonly mybb: MybbConfig
  /** In the order of the file; empty under the preset `mybb`, which brings its own. */
  readonly collections: readonly CollectionConfig[]
  /** What relative paths, and the path in a SQLite URL, are relative to. Absolute. */
  readonly directory: string
  /** The config file, absolute; absent when a program gave the settings. */
  readonly file?: string
}

/** A collection as a person writes it. */
export interface CollectionInput {
  readonly table: string
  /** One column, or several without repetition. */
  readonly key: string | readonly string[]
  readonly path: string
  readonly content: string
}

/** What a person may write in `rowtree.yaml`, and a program may pass to `resolveConfig`. */
export interface ConfigInput {
  readonly store: {
    readonly url: string
    /** @default 'table' */
    readonly preset?: Preset | undefined
    /** Preset `mybb` only. @default 'mybb_' */
    readonly prefix?: string | undefined
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
  /** @default [] */
  readonly ignore?: readonly string[] | undefined
  /** Preset `mybb` only. */
  readonly mybb?:
    | {
        /** @default false */
        readonly master?: boolean | undefined
      }
    | undefined
  /** By name; required under the preset `table`, refused under `mybb`. */
  readonly collections?: Readonly<Record<string, CollectionInput>> | undefined
}
