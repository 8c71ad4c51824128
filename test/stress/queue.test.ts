import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { CAN_SHORTEN_QUEUE, queueLength, withShortQueue } from '../support/queue.ts'
import { site } from '../support/site.ts'
import { sql } from '../support/tables.ts'
import { pagesOf } from './pages.ts'
import { write } from './processes.ts'
import { differing, nothingLeft, rowsWithout, watched } from './watched.ts'

test.skipIf(!CAN_SHORTEN_QUEUE)('2,000 edits arrive although the system drops all but 64 events', async () => {
  const { engine, store, root } = await site(pagesOf(2_000, 'round-0'))
  sql(store, 'pragma journal_mode = wal')
  // The length is that of the moment when watching begins; nobody else needs to have a short one.
  const session = await withShortQueue(64, () => watched(engine, { poll: 'off', rescan: 'off' }))
  await eventually('the queue is as long as before', () => queueLength() > 64)
  await write('burst', { root, files: 2_000, mark: 'round-1' })
  await nothingLeft('stale rows', () => (session.check(), rowsWithout(store, 'round-1')))
  expect(differing(store, root)).toEqual([])
})
