import process from 'node:process'
import mysql from 'mysql2/promise'
// @ts-ignore The package has no types.
import { Client } from 'pg'
import { contentOf, directoryOf } from './data.ts'

/** A table of pages in a database server that the benchmarks made, spoken to by its driver alone. */
export interface Server {
  readonly url: string
  /** Every row, as the driver gives it. */
  select(): Promise<readonly unknown[]>
  /** One transaction of prepared updates, as one would write it by hand. */
  update(rows: readonly (readonly [body: string, site: string, slug: string])[]): Promise<void>
  /** Lets the server finish what the last round left. */
  settle(): Promise<void>
  drop(): Promise<void>
}

/** Where the servers are; a database of our own is made there. */
const URLS: Readonly<Record<'mysql' | 'postgres', string>> = {
  mysql: process.env['ROWTREE_TEST_MYSQL'] ?? 'mysql://root@127.0.0.1:3306/test',
  postgres: process.env['ROWTREE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test',
}

const SELECT = 'select site, slug, body from pages'

/** Makes a database with so many rows; those of the SQLite file of the same number. */
export async function server(kind: keyof typeof URLS, rows: number): Promise<Server> {
  const name = `rowtree_bench_${process.pid}`
  const pages = Array.from({ length: rows }, (_, index) => [directoryOf(index), `page-${String(index).padStart(7, '0')}`, contentOf(index)])
  return kind === 'mysql' ? openMysql(name, pages) : openPostgres(name, pages)
}

function urlOf(kind: keyof typeof URLS, name: string): string {
  const url = new URL(URLS[kind])
  url.pathname = `/${name}`
  return url.href
}

async function openMysql(name: string, pages: readonly string[][]): Promise<Server> {
  const root = await mysql.createConnection(URLS.mysql)
  await root.query(`create database ${name} character set utf8mb4`)
  const db = await mysql.createConnection(urlOf('mysql', name))
  await db.query('create table pages (site varchar(40), slug varchar(80), body mediumtext, primary key (site, slug))')
  for (let start = 0; start < pages.length; start += 500) await db.query('insert into pages values ?', [pages.slice(start, start + 500)])
  await db.query('analyze table pages')
  return {
    url: urlOf('mysql', name),
    select: async () => (await db.query(SELECT))[0] as unknown[],
    async update(rows) {
      await db.beginTransaction()
      for (const row of rows) await db.execute('update pages set body = ? where site = ? and slug = ?', [...row])
      await db.commit()
    },
    settle: async () => {},
    async drop() {
      await db.end()
      await root.query(`drop database ${name}`)
      await root.end()
    },
  }
}

async function openPostgres(name: string, pages: readonly string[][]): Promise<Server> {
  const root = new Client(URLS.postgres)
  await root.connect()
  await root.query(`create database ${name}`)
  const db = new Client(urlOf('postgres', name))
  await db.connect()
  await db.query('create table pages (site varchar(40), slug varchar(80), body text, primary key (site, slug))')
  for (let start = 0; start < pages.length; start += 500) {
    const some = pages.slice(start, start + 500)
    await db.query('insert into pages select * from unnest($1::text[], $2::text[], $3::text[])', [0, 1, 2].map((column) => some.map((row) => row[column])))
  }
  const settle = async (): Promise<void> => void (await db.query('vacuum analyze pages'))
  await settle()
  return {
    url: urlOf('postgres', name),
    select: async () => (await db.query(SELECT)).rows,
    async update(rows) {
      await db.query('begin')
      for (const values of rows) await db.query({ name: 'update', text: 'update pages set body = $1 where site = $2 and slug = $3', values: [...values] })
      await db.query('commit')
    },
    settle,
    async drop() {
      await db.end()
      await root.query(`drop database ${name}`)
      await root.end()
    },
  }
}
