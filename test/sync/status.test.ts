import { expect, it } from 'vitest'
import { site } from '../support/site.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'

it('counts a path that is gone on both sides nowhere', async () => {
  const { engine, setFile, setRow } = await site()
  setFile(A, undefined)
  setRow(A, undefined)
  setFile(B, 'same')
  setRow(B, 'same')
  for (const paths of [undefined, ['north']]) {
    const { counts, items } = await engine.status({ paths })
    expect([counts['in-sync'], items]).toEqual([paths ? 5 : 11, []])
  }
  expect((await engine.status({ paths: [A] })).counts).toMatchObject({ 'in-sync': 0 })
  await engine.sync()
  expect((await engine.status()).counts).toMatchObject({ 'in-sync': 11 })
})
