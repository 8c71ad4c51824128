/** What the watcher thread and its session tell each other. */

/** What stands in the place of the root: itself, nothing, or another directory, such as a bare mount point, which is never taken for it. */
export type Standing = 'same' | 'gone' | 'other'

/** What a watcher thread is started with. */
export interface WatcherSettings {
  /** Absolute, without symlinks. */
  readonly root: string
  /** The path by which a person names it, absolute, maybe with symlinks. Absent: `root`. */
  readonly place?: string | undefined
  /** Which directory is the root; see `identityOf`. Absent: what stands there first. */
  readonly identity?: string | undefined
  /** What the names of rowtree's temps end with. */
  readonly suffix: string
  /** Gitignore patterns of paths that take no part, in their order. */
  readonly ignore: readonly string[]
  /** Paths that take part although they look like temps or droppings: there are rows of this name. */
  readonly tracked: readonly string[]
  /** Look at all files every so many milliseconds instead of asking the system for events. Absent: events. */
  readonly polling?: number | undefined
}

/** Why more may have changed than was seen. */
export type Suspicion = 'burst' | 'new-directory' | 'watcher-error'

/** What the session asks of its thread. */
export type WatcherOrder =
  /** Look at all files; the answer is `rescanned` with the same number. */
  | { readonly kind: 'rescan'; readonly id: number }
  /** Which of these files, that are not there, are gone; the answer is `confirmed` with the same number. */
  | { readonly kind: 'confirm'; readonly id: number; readonly paths: readonly string[] }
  /** Further paths that take part whatever they look like. */
  | { readonly kind: 'track'; readonly paths: readonly string[] }
  /** Close everything; the thread ends by itself. */
  | { readonly kind: 'stop' }

/** What the thread reports. Paths are relative, `/`-separated, of files alone, each once; never contents. */
export type WatcherReport =
  /** Every later change is going to be seen. */
  | { readonly kind: 'ready'; readonly files: number }
  /** Files that were written, appeared or vanished. */
  | { readonly kind: 'dirty'; readonly paths: readonly string[]; readonly suspicion?: Suspicion }
  /** All that differs from what was seen before, and whatever may differ unseen. */
  | { readonly kind: 'rescanned'; readonly id: number; readonly paths: readonly string[]; readonly files: number }
  /** Those of the paths that are gone: not out of sight with the filesystem that they are on. */
  | { readonly kind: 'confirmed'; readonly id: number; readonly paths: readonly string[] }
  /** The system gives no more events; from now on the thread polls. Told once. */
  | { readonly kind: 'limited'; readonly message: string; readonly errno: string }
  /** The root was there for the first time: what another thread in this one's place has to go by. */
  | { readonly kind: 'known'; readonly identity: string }
  /** Told at each change. What happened until the root is the same again is told by the next rescan. */
  | { readonly kind: 'root'; readonly standing: Standing }
