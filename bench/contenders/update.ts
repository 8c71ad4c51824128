/**
 * The floor of an import: a loop that reads each file and runs one prepared UPDATE, in one transaction. It knows beforehand what
 * changed, compares nothing, and keeps nothing.
 * Usage: update.ts DIR DATABASE ROWS WARM_ROUNDS
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { editAll, pathOf } from '../data.ts'
import { rounds } from '../rounds.ts'

const [directory, database, rows, warm] = process.argv.slice(2) as [string, string, string, string]
const count = Number(rows)
const store = join(directory, 'store.sqlite')
copyFileSync(database, store)
const db = new DatabaseSync(store)
const update = db.prepare('update pages set body = ? where site = ? and slug = ?')

const { cold, warm: later } = await rounds(
  (round) => editAll(join(directory, 'tree'), count, round),
  () => {
    db.exec('begin')
    for (let index = 0; index < count; index++) {
      const path = pathOf(index)
      const [site, name] = path.split('/') as [string, string]
      update.run(readFileSync(join(directory, 'tree', path), 'utf8'), site, name.slice(0, -'.html'.length))
    }
    db.exec('commit')
  },
  Number(warm),
)
process.stdout.write(`${JSON.stringify({ import: later, coldImport: cold })}\n`)
