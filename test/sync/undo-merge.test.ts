import { expect, it } from 'vitest'
import { site } from '../support/site.ts'

const A = 'north/page-000000.html'

it.each([
  ['merge', { merged: 'ONE\ntwo\nTHREE\n' }],
  ['store', { merged: 'ONE\ntwo\nthree\n' }],
  ['tree', { merged: 'one\ntwo\nTHREE\n' }],
] as const)('an undo of what onConflict: %s did is not done again by the next sync', async (onConflict, { merged }) => {
  const { engine, file, setFile, row, setRow } = await site([{ site: 'north', slug: 'page-000000', body: 'one\ntwo\nthree\n' }], { onConflict })
  setRow(A, 'ONE\ntwo\nthree\n')
  setFile(A, 'one\ntwo\nTHREE\n')
  await engine.sync()
  expect([row(A), file(A)]).toEqual([merged, merged])
  expect(await engine.undo()).toMatchObject({ conflicts: [], problems: [] })
  const apart = ['ONE\ntwo\nthree\n', 'one\ntwo\nTHREE\n']
  expect([row(A), file(A)]).toEqual(apart)
  for (let cycle = 0; cycle < 2; cycle++) {
    expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, holds: [{ path: A, code: 'undone' }] })
    expect([row(A), file(A)]).toEqual(apart)
  }
  setFile(A, 'one\ntwo\nTHREE!\n')
  expect(await engine.sync()).toMatchObject({ holds: [] })
  expect(row(A)).toBe(file(A))
})
