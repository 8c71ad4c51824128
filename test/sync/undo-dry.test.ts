import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { stateOf } from '../support/project.ts'
import { site } from '../support/site.ts'

it('changes nothing in a dry run, not even what a command left that was cut short', async () => {
  const { engine, directory, setRow } = await site()
  setRow('north/page-000000.html', 'new')
  await engine.export()
  const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'test' })
  baseline.begin()
  baseline.addPack(Buffer.from('nobody knows what for'))
  baseline.checkpoint()
  baseline.close()
  const before = stateOf(directory)
  expect(await engine.undo({ dryRun: true })).toMatchObject({ dryRun: true, files: ['north/page-000000.html'] })
  expect(stateOf(directory)).toEqual(before)
})
