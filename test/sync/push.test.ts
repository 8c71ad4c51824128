import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openEngine, resolveConfig, type WatchEvent } from '../../src/index.ts'
import { describeOnServer, ownDatabase } from '../store/postgres/server.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** So long that only who is told takes a change before the test is over. */
const HOUR = '1h'

describeOnServer('a session of a database that tells of its changes', () => {
  const own = ownDatabase()

  it('takes them at once', { timeout: 30_000 }, async () => {
    await own.run('create table pages (slug text primary key, body text not null)')
    await own.run(`insert into pages values ('a', 'old')`)
    const directory = temporaryDirectory()
    const engine = await openEngine(resolveConfig({
      store: { url: own.url },
      tree: './tree',
      watch: { poll: HOUR, rescan: HOUR, settle: '20ms' },
      export: { fsync: 'off' },
      collections: { pages: { table: 'pages', key: 'slug', path: '{slug}.html', content: 'body' } },
    }, directory))
    onTestFinished(() => engine.close())
    await own.run(engine.notifySql())
    const session = engine.watch()
    const events: WatchEvent[] = []
    const read = (async () => {
      for await (const event of session) events.push(event)
    })()
    const file = (slug: string): string => join(directory, 'tree', `${slug}.html`)
    const holds = (slug: string, body: string): boolean => existsSync(file(slug)) && readFileSync(file(slug), 'utf8') === body
    await eventually('the session is ready', () => events.some(({ event }) => event === 'ready'))
    expect(holds('a', 'old')).toBe(true)
    await own.run(`update pages set body = 'new' where slug = 'a'`)
    await eventually('the changed row is in its file', () => holds('a', 'new'))
    await own.run(`insert into pages select 'b' || n, 'b' from generate_series(1, 50) n`)
    await eventually('the new rows are in theirs', () => holds('b50', 'b'))
    await session.stop()
    await read
    const exported = events.flatMap((one) => (one.event === 'exported' ? one.paths : []))
    expect(exported.filter((path) => path === 'a.html')).toHaveLength(2)
    expect(events.filter(({ event }) => event === 'problem' || event === 'conflict')).toEqual([])
  })
})
