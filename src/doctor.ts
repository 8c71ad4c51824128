/** How a check came out: `fail` keeps rowtree from working, `warn` makes it weaker or slower than it could be. */
export type CheckStatus = 'ok' | 'warn' | 'fail'

/** What a check is about. */
export type CheckGroup = 'machine' | 'config' | 'tree' | 'state' | 'store'

/** What one check found. */
export interface Remark {
  /** One word or two, such as `flush`; the same one may come several times. */
  readonly name: string
  readonly status: CheckStatus
  /** What was found, with its figures. It never holds a secret. */
  readonly message: string
  /** A command or a setting that mends it. */
  readonly remedy?: string | undefined
  /** The figures for programs; names of times say `ms`. */
  readonly measured?: Readonly<Record<string, number | string | boolean>> | undefined
}

/** A remark and what it is about. */
export interface Check extends Remark {
  readonly group: CheckGroup
}
