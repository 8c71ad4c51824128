import { expect, it } from 'vitest'
import { site } from '../support/site.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'
const C = 'north/page-000002.html'

it('an undo that restores nothing names the operation before', async () => {
  const { engine, row, setFile, setRow } = await site()
  const before = row(A)
  for (const path of [A, B, C]) {
    setFile(path, 'mine')
    await engine.import({ paths: [path] })
  }
  const [third, second, first] = (await engine.operations()).map(({ id }) => id)
  expect(await engine.undo({ operation: second })).toMatchObject({ rows: [B] })
  setRow(C, 'theirs')
  for (const dryRun of [true, false]) {
    expect(await engine.undo({ dryRun })).toMatchObject({ operation: third, rows: [], files: [], conflicts: [{ path: C }], earlier: first })
  }
  expect(await engine.undo({ operation: first })).toMatchObject({ rows: [A], earlier: undefined })
  expect(row(A)).toBe(before)
  // There is no older one left.
  expect(await engine.undo()).toMatchObject({ operation: third, rows: [], earlier: undefined })
})
