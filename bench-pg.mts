import { sql, CompiledQuery } from 'kysely'
import { openPostgres } from './src/store/postgres/open.ts'
import { streamRows } from './src/store/snapshot.ts'
import { connect } from './src/store/postgres/session.ts'
import { addressOf } from './src/store/postgres/address.ts'
const url = 'postgres://postgres@127.0.0.1:5432/test'
const db = await openPostgres(url, { directory: '/' })
const w = await db.writing()
await sql.raw('create schema if not exists rt_pgbench').execute(w)
await sql.raw('drop table if exists rt_pgbench.pages').execute(w)
await sql.raw("create table rt_pgbench.pages (id int primary key, slug text unique, body text)").execute(w)
await sql.raw("insert into rt_pgbench.pages select n, 'page ' || n, (select string_agg(md5((n*64+m)::text), '') from generate_series(1,64) m) from generate_series(1,10000) n").execute(w)
await sql.raw('analyze rt_pgbench.pages').execute(w)
const raw = await connect(addressOf(url, { directory: '/' }))
const time = async (name: string, f: () => Promise<unknown>, n = 5) => { const ts = []; for (let i = 0; i < n; i++) { const t = performance.now(); await f(); ts.push(performance.now() - t) } ts.sort((a, b) => a - b); console.log(name, ts[0]!.toFixed(1), ts[n >> 1]!.toFixed(1)) }
for (const order of ['id', 'slug', 'slug::text collate "C"', 'p.body']) {
  await time(`plain order by ${order}`, () => raw.query({ text: `select p.slug::text, p.body from rt_pgbench.pages p order by ${order}`, rowMode: 'array' }))
  await time(`stream order by ${order}`, async () => {
    const tx = await (await db.streaming()).startTransaction().execute()
    let n = 0
    for await (const rows of streamRows(tx, sql.raw(`select p.slug::text, p.body from rt_pgbench.pages p order by ${order}`))) n += rows.length
    if (n !== 10000) throw new Error(String(n))
    await tx.rollback().execute()
  })
}
const table = (await db.catalogue.table('rt_pgbench.pages'))!
const body = (k: number, n: number) => `${k} ${n} `.padEnd(2000, 'abcdefghij\n"\\äöü')
for (const key of ['id', 'slug']) {
  const keyColumn = db.catalogue.find(table, key)!
  const keyOf = (n: number) => key === 'id' ? String(n + 1) : `page ${n + 1}`
  let k = 0
  await time(`hand-written prepared updates by ${key}`, async () => { k++
    await raw.query({ text: 'begin' })
    for (let n = 0; n < 1000; n++) await raw.query({ name: 'u' + key, text: `update rt_pgbench.pages set body = $1 where ${key} = $2`, values: [body(k, n), keyOf(n)] })
    await raw.query({ text: 'commit' })
  })
  await time(`updateMany by ${key}`, async () => { k++
    const tx = await w.startTransaction().setAccessMode('read write').execute()
    const q = db.language.updateMany!(tx, { table: 'rt_pgbench.pages', keys: [keyColumn], columns: [db.catalogue.find(table, 'body')!], same: [], rows: Array.from({ length: 1000 }, (_, n) => ({ key: [keyOf(n)], values: [body(k, n)] })) })
    const { numAffectedRows } = await tx.executeQuery(q)
    if (numAffectedRows !== 1000n) throw new Error(String(numAffectedRows))
    await tx.commit().execute()
  })
}
await time('token, quiet', () => db.token([{ table: 'rt_pgbench.pages', columns: ['slug', 'body'] }]))
await time('token, somebody committed', async () => { await raw.query({ text: 'select pg_current_xact_id()' }); await db.token([{ table: 'rt_pgbench.pages', columns: ['slug', 'body'] }]) })
await sql.raw('drop schema rt_pgbench cascade').execute(w)
await raw.end(); await db.close()
