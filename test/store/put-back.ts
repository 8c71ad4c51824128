import { expect } from 'vitest'
import type { Applied, Change, Store } from '../../src/store/store.ts'

/** Makes a deletion, and gives what puts the row back. */
export async function remove(store: Store, deletion: Change): Promise<Change> {
  let back: Change | undefined
  const applied = await store.apply([deletion], ([content], outcomes, [rest]) => {
    expect(rest).toBeInstanceOf(Uint8Array)
    back = { ...deletion, expected: outcomes[0]!.kind === 'done' ? outcomes[0]!.digest : undefined, content: Buffer.from(content!), rest }
  })
  expect(applied).toMatchObject({ committed: true })
  return back!
}

/** Makes a deletion and takes it back. */
export async function putBack(store: Store, deletion: Change): Promise<Applied> {
  return store.apply([await remove(store, deletion)], () => {})
}
