import { channel } from 'node:diagnostics_channel'

/**
 * Moments of a cycle at which it matters what a crash leaves. In the order in which a cycle meets them:
 *
 * - `staged`: every file of a batch lies under a temp name
 * - `durable`: their bytes are on the disk, where that is wanted
 * - `kept`: what they replace is in history
 * - `placed`: new directories have their names, with all that is in them
 * - `published`: every file has its name
 * - `removed`: a file whose row is gone is removed
 * - `rows-written`: a batch of rows is written, inside the transaction
 * - `rows-kept`: what they held is in history; the transaction is still open
 * - `rows-committed`: the store has committed them
 * - `half-merged`: a merge has written its row, and not yet its file
 * - `committing`, `committed`: the baseline is about to commit a batch, has committed it
 */
export type Milestone =
  | 'staged'
  | 'durable'
  | 'kept'
  | 'placed'
  | 'published'
  | 'removed'
  | 'rows-written'
  | 'rows-kept'
  | 'rows-committed'
  | 'half-merged'
  | 'committing'
  | 'committed'

/** Told on Node's diagnostics channel of this name, so that tests can end a process there and tools can trace a cycle. */
export const MILESTONES = 'rowtree:milestone'

const milestones = channel(MILESTONES)

/** Tells whoever listens; it costs nothing while nobody does. */
export function reached(milestone: Milestone): void {
  if (milestones.hasSubscribers) milestones.publish(milestone)
}
