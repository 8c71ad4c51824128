import type { Inspection, Unread } from '../baseline/inspect.ts'
import type { Config } from '../config.ts'
import type { Remark } from '../doctor.ts'
import type { Census } from '../tree/probes/census.ts'
import type { Mount } from '../tree/probes/mount.ts'

/** What is examined, and who knows more about it. */
export interface Subject {
  readonly config: Config
  /** Writer threads that an export would start. */
  readonly threads: number
  /** Looks at the store. It does not throw. */
  examineStore(): AsyncIterable<Remark>
  /** @throws {RowtreeError} as the baseline's inspection does */
  inspectBaseline(): Inspection | Unread
}

/** Where the tree stands, and where something may be tried out. */
export interface Place {
  /** The tree's root without symlinks; `undefined` while there is none. */
  readonly root: string | undefined
  /** The state directory, likewise. */
  readonly state: string | undefined
  /** Both are there, and on one filesystem; `undefined` where one is missing. */
  readonly together: boolean | undefined
  /** The nearest directory to the tree that is there: the root, or one above it. */
  readonly ground: string
  /** What the ground is on, or why the system does not tell. */
  readonly mount: Mount | Error
  /** A directory on the tree's filesystem for files that are tried out: the state where it is there too, because nobody watches it. */
  readonly room: string
  /** What is in the tree, counted once; `undefined` while there is none. */
  readonly census: () => Census | undefined
}
