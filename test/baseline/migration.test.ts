import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { enter, open, packsOf, query, text, textAt } from './fixtures.ts'

/** The tables as version 1 made them. */
const VERSION_1 = `
  create table meta (name text primary key, value text not null) without rowid;
  create table packs (id integer primary key, bytes blob not null);
  create table accounts (pack integer primary key, size integer not null, live integer not null);
  create table entries (
    path text primary key,
    collection text not null,
    key text not null,
    digest text not null,
    size integer not null,
    mtime integer not null,
    inode integer not null,
    settled integer not null,
    pack integer not null,
    offset integer not null
  ) without rowid;
  create table history (
    id integer primary key,
    at integer not null,
    path text not null,
    side text not null,
    operation text not null,
    content blob not null
  );
  pragma user_version = 1;
  insert into meta values ('tree', '../tree');
  insert into packs values (7, cast('one, two' as blob));
  insert into accounts values (7, 8, 6);
  insert into entries values ('a', 'pages', '["a"]', '${digestOf('one')}', 3, 11, 12, 1, 7, 0);
  insert into entries values ('b', 'pages', '["b"]', '${digestOf('two')}', 3, 21, 22, 0, 7, 5);
`

function database(sql: string): string {
  const path = join(temporaryDirectory(), 'baseline.db')
  const db = new DatabaseSync(path)
  db.exec(VERSION_1 + sql)
  db.close()
  return path
}

it('brings a baseline of version 1 up to date, with its history', () => {
  const path = database(`
    insert into history values (3, 1000, 'a', 'tree', 'force', cast('mine' as blob));
    insert into history values (5, 1000, 'gone', 'tree', 'prune', x'00ff00');
    insert into history values (6, 2000, 'empty', 'tree', 'prune', x'');
  `)
  open(path).close()
  expect(query(path, 'pragma user_version')).toEqual([{ user_version: 2 }])

  const baseline = open(path)
  expect(baseline.find(['a']).get('a')).toEqual({
    path: 'a',
    collection: 'pages',
    key: '["a"]',
    digest: digestOf('one'),
    source: '',
    stat: { size: 3, mtime: 11, inode: 12 },
    settled: true,
    place: { pack: 7, offset: 0 },
  })
  expect(['a', 'b'].map((name) => textAt(baseline, name))).toEqual(['one', 'two'])
  const operation = { records: 1, undoneBy: undefined }
  expect(baseline.operations(10)).toEqual([
    { ...operation, id: 3, at: 2000, command: 'prune', bytes: 0 },
    { ...operation, id: 2, at: 1000, command: 'prune', bytes: 3 },
    { ...operation, id: 1, at: 1000, command: 'force', bytes: 4 },
  ])
  const [forced, pruned, empty] = [1, 2, 3].flatMap((id) => baseline.records(id))
  const lost = { side: 'tree', after: undefined, base: undefined }
  expect(forced).toMatchObject({ ...lost, path: 'a', collection: 'pages', key: '["a"]', before: { digest: digestOf('mine'), size: 4 } })
  expect(pruned).toMatchObject({ ...lost, path: 'gone', collection: '', key: '[]' })
  expect(text(baseline, forced!.before)).toBe('mine')
  expect([...baseline.content(pruned!.before!)]).toEqual([0, 255, 0])
  expect(text(baseline, empty!.before)).toBe('')

  // From here on it is one like any other.
  baseline.begin()
  enter(baseline, { a: 'ONE' })
  baseline.expire({ maxAge: 0, maxSize: 0 })
  baseline.commit()
  expect(baseline.operations(10).map(({ id }) => id)).toEqual([3])
  expect(packsOf(path)).toEqual({ packs: [{ id: 7, size: 8, live: 3 }, { id: 10, size: 3, live: 3 }], strays: 0 })
  baseline.close()
})

/** Every column of every table and index. */
function columns(path: string): unknown[] {
  return query(path, `select m.type, m.name as part, p.* from sqlite_schema m, pragma_table_xinfo(m.name) p order by m.name, p.cid`)
}

it('gives both versions the same tables', () => {
  const fresh = join(temporaryDirectory(), 'baseline.db')
  open(fresh).close()
  const old = database('')
  open(old).close()
  expect(columns(old)).toEqual(columns(fresh))
})

it('leaves a baseline of version 1 as it is when it belongs to another tree', () => {
  const path = database('')
  expect(() => open(path, { tree: '../other' })).toThrow(expect.objectContaining({ code: 'baseline-foreign' }))
  expect(query(path, 'pragma user_version')).toEqual([{ user_version: 1 }])
})

it('leaves a baseline of version 1 as it is when it cannot be brought up to date', () => {
  const path = database(`create table operations (id integer)`)
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'baseline-invalid' }))
  expect(query(path, 'pragma user_version')).toEqual([{ user_version: 1 }])
  expect(query(path, `select count(*) as n from pragma_table_info('entries') where name = 'source'`)).toEqual([{ n: 0 }])
})
