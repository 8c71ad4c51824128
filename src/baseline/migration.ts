import type { DatabaseSync } from 'node:sqlite'
import { digestOf } from '../digest.ts'

/** The tables that version 2 brought. */
export const HISTORY = `
  create table operations (
    id integer primary key autoincrement, -- a number that people were told never comes to mean another operation
    at integer not null, -- milliseconds
    command text not null,
    undone_by integer,
    records integer not null default 0,
    bytes integer not null default 0 -- of the contents that its records keep
  );
  create table history (
    id integer primary key,
    operation integer not null,
    path text not null,
    collection text not null,
    key text not null,
    side text not null,
    before_digest text,
    before_size integer,
    before_pack integer,
    before_offset integer,
    after_digest text,
    base_digest text,
    base_size integer,
    base_pack integer,
    base_offset integer,
    rest blob
  );
  create index history_by_operation on history (operation);
  create table undecided (
    path text primary key,
    kind text not null,
    code text not null,
    message text not null,
    store text,
    tree text,
    since integer not null -- milliseconds
  ) without rowid;
  create table merges (
    path text primary key,
    store text not null,
    tree text not null,
    marked text,
    result text
  ) without rowid;
`

interface Kept {
  readonly id: number
  readonly at: number
  readonly path: string
  readonly side: string
  readonly operation: string
  readonly content: Uint8Array
  readonly collection: string | null
  readonly key: string | null
}

/**
 * Brings the tables of version 1 up to date, as a whole or not at all. Its history kept contents that were replaced or
 * removed, but not what took their place: the records say that nothing did, so that `undo` never overwrites what is there.
 */
export function migrate(db: DatabaseSync, version: number): void {
  db.exec(`
    begin immediate;
    alter table entries add column source text not null default '';
    alter table history rename to kept;
    ${HISTORY}
  `)
  const next = db.prepare('select kept.*, collection, key from kept left join entries using (path) where id > ? order by id limit 1')
  const pack = db.prepare('insert into packs (bytes) values (?)')
  const account = db.prepare('insert into accounts values (?, ?, ?)')
  const operation = db.prepare('insert into operations (at, command, records, bytes) values (?, ?, 1, ?)')
  const record = db.prepare(`
    insert into history (operation, path, collection, key, side, before_digest, before_size, before_pack, before_offset)
    values (?, ?, ?, ?, ?, ?, ?, ?, 0)
  `)
  for (let last = 0; ; ) {
    const kept = next.get(last) as Kept | undefined
    if (!kept) break
    last = kept.id
    const { path, side, content } = kept
    const size = content.length
    // Nothing refers to the pack of an empty content.
    const place = size === 0 ? 0 : Number(pack.run(content).lastInsertRowid)
    if (size > 0) account.run(place, size, size)
    const id = operation.run(kept.at, kept.operation, size).lastInsertRowid
    record.run(id, path, kept.collection ?? '', kept.key ?? '[]', side, digestOf(content), size, place)
  }
  db.exec(`drop table kept; pragma user_version = ${version}; commit`)
}
