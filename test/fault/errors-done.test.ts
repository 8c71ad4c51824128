import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openEngine } from '../../src/index.ts'
import { startActor } from '../support/faults/acting.ts'
import { CAN_INJECT, Faults } from '../support/faults/index.ts'
import { CONFIG, project } from '../support/project.ts'
import { pagesConfig, sql } from '../support/tables.ts'

const PATH = 'north/page-000000.html'
const BASE = 'one\ntwo\nthree\n'

it.skipIf(!CAN_INJECT).each(['EROFS', 'ENAMETOOLONG'] as const)('what a merge replaced is in history although its directory could not be flushed: %s (needs Linux and a C compiler)', async (fault) => {
  const { directory, database, tree } = project(undefined, `${CONFIG.replace('fsync: off', 'fsync: batch')}onConflict: merge\n`)
  sql(database, `update pages set body = '${BASE}' where slug = 'page-000000'`)
  const faults = new Faults()
  const actor = await startActor(faults.env)
  await actor.tell({ do: 'operate', directory, operation: 'export' })
  const mine = `${BASE}mine\n`
  sql(database, `update pages set body = 'theirs' || char(10) || '${BASE}' where slug = 'page-000000'`)
  writeFileSync(join(tree, PATH), mine)
  faults.arm({ root: join(tree, 'north'), name: '/north', calls: ['fsync'], fault, at: 1, times: 100 })
  const answer = await actor.tell({ do: 'operate', directory, operation: 'sync' })
  expect(answer).toMatchObject({ ok: false, error: { errno: fault } })
  faults.disarm()
  expect(readFileSync(join(tree, PATH), 'utf8')).toBe(`theirs\n${mine}`)
  const engine = await openEngine(pagesConfig(directory))
  for (const { id } of await engine.operations()) await engine.undo({ operation: id })
  await engine.close()
  expect(readFileSync(join(tree, PATH), 'utf8')).toBe(mine)
})
