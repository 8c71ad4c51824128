import type { Remark } from '../doctor.ts'
import type { Table } from './column.ts'

/** What a server says of itself. */
export interface Server {
  /** `MariaDB 11.8.6` */
  readonly title: string
  /** The oldest version that rowtree is meant for, where this one is older. */
  readonly atLeast?: string | undefined
  /** How its answers come: out of a file, without leaving the machine, over the network encrypted, or for everybody on the way to read. */
  readonly way: 'file' | 'machine' | 'encrypted' | 'open'
}

/** What a store does with a table. */
export interface Role {
  readonly table: string
  /** Its rows are inserted, updated and deleted; otherwise they are only read. */
  readonly written: boolean
  /** The columns that become files. */
  readonly contents: readonly string[]
  /** What tells its rows apart, where columns of its own do. */
  readonly key?: readonly string[] | undefined
}

/** What a database can tell a person who wonders what is wrong. Nothing that it asks changes anything. */
export interface Examination {
  server(): Promise<Server>
  /** What its settings mean for these tables, which exist: rights, transactions, and whatever is its own. */
  remarks(roles: readonly Role[]): Promise<readonly Remark[]>
  /** The columns of each unique index. Default: as the catalogue says. */
  unique?(table: Table): Promise<readonly (readonly string[])[]>
  /** SQL that lets a table hold every character. Default: that is another thing each time. */
  widen?(table: string): string
}
