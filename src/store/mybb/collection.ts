import type { Kysely } from 'kysely'
import type { ContentSource } from './contents.ts'
import type { Plan } from './plan.ts'

/** One kind of row that a board has: its templates, or its stylesheets. */
export interface BoardCollection extends ContentSource {
  /** Plans what the board shows; given titles, at least all that has one of them. */
  plan(db: Kysely<unknown>, titles?: readonly string[]): Promise<Plan>
}
