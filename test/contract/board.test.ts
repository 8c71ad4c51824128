import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { openEngine, resolveConfig } from '../../src/index.ts'
import { describeEach, type Records, type Trial } from '../support/servers.ts'
import { loadMysqlDump, loadPostgresDump } from '../support/servers/dump.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/mybb-1.8.37/', import.meta.url))
const absent = existsSync(DATA) ? '' : ` (skipped: ${DATA} is not there)`

const SET = 'template_sets/Default Templates'
const STOCK = { files: 991, bytes: 549_366 }

/** Fills a database with a stock board, as its own installer makes it there. */
async function install(trial: Trial): Promise<void> {
  await trial.fresh('')
  if (trial.kind === 'mysql') return loadMysqlDump(trial, readFileSync(join(DATA, 'mybb.mariadb.sql'), 'utf8'))
  if (trial.kind === 'postgres') return loadPostgresDump(trial, readFileSync(join(DATA, 'mybb.postgres.sql'), 'utf8'))
  const file = trial.url.slice('sqlite:'.length)
  rmSync(file)
  copyFileSync(join(DATA, 'board.sqlite'), file)
  chmodSync(file, 0o644)
}

/** Contents of files by path. */
function treeAt(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  return new Map(paths.toSorted().map((path) => [path, readFileSync(join(root, path), 'latin1')]))
}

/** What people do in their editors, day after day. No content: the file is deleted. */
const DAYS: readonly Readonly<Record<string, ((before: string) => string) | undefined>>[] = [
  {
    [`${SET}/Header Templates/header_welcomeblock_member.html`]: (before) => `${before}<!-- edited -->`,
    [`${SET}/Ungrouped Templates/headerinclude.html`]: (before) => before.replaceAll('\n', '\r\n'),
    [`${SET}/Footer Templates/footer.html`]: () => 'short',
    [`${SET}/Index Page Templates/index.html`]: (before) => `  ${before}  \n\n`,
    [`${SET}/Ungrouped Templates/zz_new.html`]: () => "new: é ﷽ ' \" \\ {$mybb->settings['bburl']}",
    [`${SET}/Ungrouped Templates/zz_other.html`]: () => 'other',
    'styles/Default/global.css': (before) => `${before}\n.own { color: red }\n`,
    'styles/Default/css3.css': () => '.all { }',
    'styles/Default/color_black.css': (before) => before.toUpperCase(),
    'styles/Default/zz_new.css': () => '.new { }',
    'styles/Default/zz_other.css': () => '.other { }',
  },
  {
    [`${SET}/Header Templates/header_welcomeblock_member.html`]: undefined,
    [`${SET}/Footer Templates/footer.html`]: () => 'again',
    [`${SET}/Ungrouped Templates/zz_new.html`]: undefined,
    'styles/Default/css3.css': undefined,
    'styles/Default/color_black.css': (before) => `${before} `,
    'styles/Default/zz_new.css': undefined,
  },
  {
    // As it was: the set keeps a copy of its own.
    [`${SET}/Index Page Templates/index.html`]: (before) => before.slice(2, -4),
    [`${SET}/Header Templates/header_welcomeblock_member.html`]: () => 'at last',
    'styles/Default/css3.css': () => '.own { }',
  },
]

function edit(root: string, day: (typeof DAYS)[number]): void {
  for (const [path, change] of Object.entries(day)) {
    const file = join(root, path)
    if (change === undefined) {
      rmSync(file)
      continue
    }
    const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, change(before))
  }
}

/** What the board's tables hold, without the times. */
async function tablesOf(trial: Trial): Promise<Record<string, Records>> {
  const queries = {
    templates: 'select tid, title, template, sid, version, status, case when dateline = 0 then 0 else 1 end from mybb_templates order by tid',
    stylesheets: 'select sid, name, tid, attachedto, stylesheet, cachefile from mybb_themestylesheets order by sid',
    themes: 'select tid, name, pid, def, properties, stylesheets, allowedgroups from mybb_themes order by tid',
  }
  const found: Record<string, Records> = {}
  for (const [name, sql] of Object.entries(queries)) found[name] = await trial.query(sql)
  return found
}

interface Result {
  readonly stock: Map<string, string>
  readonly trees: readonly Map<string, string>[]
  readonly tables: readonly Record<string, Records>[]
}

const results = new Map<string, Result>()

describe.skipIf(absent !== '')(`a stock board${absent}`, () => {
  describeEach('is edited', (trial) => {
    test('by one script of edits', async () => {
      await install(trial)
      const directory = temporaryDirectory()
      const root = join(directory, 'board')
      const engine = await openEngine(resolveConfig({ store: { url: trial.url, preset: 'mybb' }, tree: './board' }, directory))
      try {
        const clean = { problems: [], conflicts: [], holds: [] }
        expect(await engine.export()).toMatchObject({ exported: STOCK.files, bytes: STOCK.bytes, ...clean })
        expect(await engine.export()).toMatchObject({ exported: 0, unchanged: STOCK.files, ...clean })
        const stock = treeAt(root)
        expect(stock.size).toBe(STOCK.files)
        const [trees, tables] = [[stock], [await tablesOf(trial)]]
        for (const day of DAYS) {
          edit(root, day)
          const edits = Object.values(day).filter((change) => change !== undefined).length
          expect(await engine.import({ delete: true })).toMatchObject({ imported: edits, deleted: Object.keys(day).length - edits, ...clean })
          // What was deleted shows what the theme or the set inherits.
          expect(await engine.export()).toMatchObject(clean)
          trees.push(treeAt(root))
          tables.push(await tablesOf(trial))
        }
        expect(await engine.status()).toMatchObject({ items: [] })
        results.set(trial.kind, { stock, trees, tables })
      } finally {
        await engine.close()
      }
    })
  })

  test('is the same tree from all of them, and the same rows afterwards', () => {
    const [first, ...others] = results.values()
    expect(first?.stock.size ?? STOCK.files).toBe(STOCK.files)
    for (const other of others) {
      for (const [day, tree] of other.trees.entries()) expect([day, differences(tree, first!.trees[day]!)]).toEqual([day, []])
      for (const [day, tables] of other.tables.entries()) {
        for (const [name, rows] of Object.entries(tables)) expect([day, name, changed(unserialised(first!.tables[day]![name]!), unserialised(rows))]).toEqual([day, name, []])
      }
    }
  })

  afterAll(() => results.clear())
})

function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path))
}

/** PHP's values without their types and lengths: the installers have written the same numbers as numbers and as texts. */
function unserialised(rows: Records): Records {
  return rows.map((row) => row.map((value) => value?.replaceAll(/s:\d+:(?=")/g, '').replaceAll(/\bi:(\d+);/g, '"$1";') ?? null))
}

/** Rows that are in one list alone, shortened. */
function changed(one: Records, other: Records): string[] {
  const [left, right] = [one, other].map((rows) => new Map(rows.map((row) => [row.map((value) => value ?? 'null').join(' | '), row]))) as [Map<string, unknown>, Map<string, unknown>]
  return [...only(left, right, '-'), ...only(right, left, '+')]
}

function only(rows: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>, sign: string): string[] {
  const found = [...rows.keys()].filter((row) => !others.has(row))
  return found.map((row) => `${sign} ${row.length > 300 ? `${row.slice(0, 300)}… ${digestOf(row).slice(0, 8)}` : row}`)
}
