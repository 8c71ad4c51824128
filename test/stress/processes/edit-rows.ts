/** Edits rows at random, one or a few in a transaction. It prints the mark of the last write of each. */
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { type EditOrder, editOf, pauseOf } from '../model.ts'
import { randomOf } from '../../support/random.ts'

const { target: store, name, seed, seconds, own, shared } = JSON.parse(process.argv[2]!) as EditOrder
const random = randomOf(seed)
const paths = [...own, ...shared]
const last: Record<string, string> = {}
const db = new DatabaseSync(store)
db.exec('pragma busy_timeout = 20000; pragma synchronous = off')
const update = db.prepare(`update pages set body = ? where site || '/' || slug || '.html' = ?`)

const end = performance.now() + seconds * 1_000
for (let count = 0; performance.now() < end; count++) {
  const chosen = Array.from({ length: random() < 0.7 ? 1 : 1 + Math.floor(random() * 5) }, () => paths[Math.floor(random() * paths.length)]!)
  db.exec('begin immediate')
  for (const path of chosen) update.run(editOf(path, `${name}-${count}`), path)
  db.exec('commit')
  for (const path of chosen) last[path] = `${name}-${count}`
  await delay(pauseOf(random))
}
db.close()
process.stdout.write(JSON.stringify(last))
