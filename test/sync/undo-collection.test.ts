import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Engine, openEngine } from '../../src/index.ts'
import { createPages, pagesConfig, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const pages = { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } as const
const posts = { table: 'posts', key: ['slug'], path: 'posts/{slug}.md', content: 'body' } as const

/** A directory in which files of two collections were imported. */
async function imported(): Promise<string> {
  const directory = temporaryDirectory()
  sql(createPages(directory, [{ site: 'a', slug: '1', body: 'one' }]), "create table posts (slug text primary key, body text); insert into posts values ('x', 'old'), ('y', 'old')")
  const engine = await open(directory, { pages, posts })
  await engine.export()
  for (const path of ['a/1.html', 'posts/x.md', 'posts/y.md', 'posts/new.md']) writeFileSync(join(directory, 'tree', path), 'mine')
  expect(await engine.import()).toMatchObject({ imported: 4, problems: [] })
  return directory
}

async function open(directory: string, collections: NonNullable<Parameters<typeof pagesConfig>[1]>['collections'] & object): Promise<Engine> {
  const engine = await openEngine(pagesConfig(directory, { collections, export: { fsync: 'off' } }))
  onTestFinished(() => engine.close())
  return engine
}

it.each([
  ['removed', { pages }],
  ['renamed', { pages, articles: posts }],
])('an undo restores the other rows where a collection was %s', async (_, collections) => {
  const directory = await imported()
  const engine = await open(directory, collections)
  const lost = ['posts/new.md', 'posts/x.md', 'posts/y.md'].map((path) => ({ path, code: 'row-refused' }))
  expect(await engine.undo({ dryRun: true })).toMatchObject({ rows: ['a/1.html'], conflicts: [], problems: lost })
  const { problems, ...undone } = await engine.undo()
  expect(undone).toMatchObject({ rows: ['a/1.html'], conflicts: [] })
  expect(problems).toMatchObject(lost)
  expect(problems[1]!.message).toBe('Cannot write posts("x"): the store has no collection "posts" any more. Give it that collection again')
})
