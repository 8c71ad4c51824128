import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openEngine, resolveConfig } from '../../src/index.ts'
import { MYSQL } from '../support/servers/mysql.ts'
import { OWN_SERVERS } from '../support/servers/own.ts'
import { POSTGRES } from '../support/servers/postgres.ts'
import { type Person, urlOf } from '../support/servers/trial.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { randomOf } from '../support/random.ts'

const KILLS = 50

/** Files that change in each round: one batch. */
const FILES = 300

/** A little more than an import takes. */
const LONGEST = 160

const MAKERS = { mysql: MYSQL, postgres: POSTGRES }

/** What the files of a round say: all change, one goes, one comes. */
function pagesOf(round: number): Map<string, string> {
  const names = [...Array.from({ length: FILES }, (_, index) => `page-${index}`), `new-${round}`]
  return new Map(names.map((name) => [name, `<h1>${name}</h1> round ${round}${' lorem ipsum'.repeat(100)}`]))
}

async function rowsOf(person: Person): Promise<Map<string, string>> {
  return new Map((await person.query('select slug, body from pages')).map(([slug, body]) => [slug!, body!]))
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, text]) => other.get(name) === text)
}

describe.each(OWN_SERVERS)('$kind, killed amid imports$absent', ({ kind, absent, make }) => {
  test.skipIf(absent !== '')('takes each batch whole or not at all, and loses nothing', async () => {
    const server = await make()
    await server.start()
    const directory = temporaryDirectory()
    const tree = join(directory, 'tree')
    mkdirSync(tree)
    const random = randomOf(7)
    let told = 0
    let [whole, absentBatches] = [0, 0]
    const url = urlOf(server.url, 'board')
    const { connect } = MAKERS[kind]
    const maker = await connect(server.url)
    await maker.execute('create database board')
    await maker.close()
    const first = await connect(url)
    await first.execute('create table pages (slug varchar(100) not null primary key, body text) $transactional')
    await first.close()
    for (const [name, text] of pagesOf(0)) writeFileSync(join(tree, `${name}.html`), text)
    const config = { store: { url }, tree: './tree', collections: { pages: { table: 'pages', key: ['slug'], path: '{slug}.html', content: 'body' } } }
    const engine = await openEngine(resolveConfig(config, directory))
    try {
      expect(await engine.import()).toMatchObject({ imported: FILES + 1, problems: [] })
      for (let round = 1; round <= KILLS; round++) {
        for (const [name, text] of pagesOf(round)) writeFileSync(join(tree, `${name}.html`), text)
        rmSync(join(tree, `new-${round - 1}.html`))
        const done = engine.import({ delete: true }).then(() => true, () => false)
        await delay(random() * LONGEST)
        await server.kill()
        await server.start()
        const isDone = await done
        if (!isDone) told++
        const person = await connect(url)
        const rows = await rowsOf(person)
        const [isOld, isNew] = [isSame(rows, pagesOf(round - 1)), isSame(rows, pagesOf(round))]
        expect([round, isOld || isNew]).toEqual([round, true])
        expect([round, isNew || !isDone]).toEqual([round, true])
        if (isNew) whole++
        else absentBatches++
        expect(await engine.import({ delete: true })).toMatchObject({ conflicts: [], holds: [], problems: [] })
        expect([round, isSame(await rowsOf(person), pagesOf(round))]).toEqual([round, true])
        await person.close()
      }
      expect(await engine.status()).toMatchObject({ items: [] })
    } finally {
      await engine.close()
    }
    // Both happened, or the kills did not hit.
    expect([told + absentBatches > 0, whole > 0]).toEqual([true, true])
  })
})
