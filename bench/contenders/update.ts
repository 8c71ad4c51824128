/**
 * The floor of an import: a loop that reads each file and runs one prepared UPDATE, in one transaction. It knows beforehand what
 * changed, compares nothing, and keeps nothing.
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { course, tell } from '../course.ts'
import { editAll, pathOf } from '../data.ts'
import { turns } from '../turns.ts'

const { directory, store, rows, rounds } = course<{ store: string; rows: number; rounds: number }>()
const [own, tree] = [join(directory, 'store.sqlite'), join(directory, 'tree')]
copyFileSync(store, own)
const db = new DatabaseSync(own)
const update = db.prepare('update pages set body = ? where site = ? and slug = ?')

const times = await turns({
  import: {
    before: (round) => editAll(tree, rows, round + 1),
    run() {
      db.exec('begin')
      for (let index = 0; index < rows; index++) {
        const path = pathOf(index)
        const [site, name] = path.split('/') as [string, string]
        update.run(readFileSync(join(tree, path), 'utf8'), site, name.slice(0, -'.html'.length))
      }
      db.exec('commit')
    },
  },
}, rounds)
db.close()
tell({ import: times.import.later, importFirst: times.import.first })
