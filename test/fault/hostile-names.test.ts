import { appendFileSync, lstatSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { onTestFinished } from 'vitest'
import { type Config, type ConfigInput, type Engine, resolveConfig } from '../../src/index.ts'
import { amount, method, SEED, type Trials } from '../support/method.ts'
import { rowtree } from '../support/cli.ts'
import { filesBelow, stateOf } from '../support/project.ts'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { withConfig } from '../support/with-engine.ts'
import { BOARD_TABLES, VERSION } from '../store/mybb-board.ts'
import { insertPosts, siteTables } from '../store/presets/tables.ts'
import { HOSTILE } from './titles.ts'

const TITLES = [...new Set(HOSTILE)]

/** A database with these tables, a tree, and around both what must stay as it is. */
interface Scene {
  readonly directory: string
  readonly config: Config
  readonly db: DatabaseSync
  /** Opens the engine for one thing. */
  with<T>(work: (engine: Engine) => Promise<T>): Promise<T>
  /** What stands around the tree and is not as it was. */
  outside(): string[]
}

function scene(setup: (db: DatabaseSync) => void, input: Partial<ConfigInput>): Scene {
  const top = temporaryDirectory()
  const directory = join(top, 'a/b/project')
  for (const place of [directory, join(top, 'etc'), join(top, 'a/.git/hooks')]) mkdirSync(place, { recursive: true })
  for (const place of ['etc/passwd', 'passwd', 'a/passwd', 'a/b/passwd', 'a/.git/hooks/post-checkout']) writeFileSync(join(top, place), 'canary')
  const db = new DatabaseSync(join(directory, 'site.sqlite'))
  onTestFinished(() => db.close())
  setup(db)
  const config = resolveConfig({ store: { url: 'sqlite:site.sqlite' }, tree: './tree', export: { fsync: 'off', workers: 0 }, ...input }, directory)
  const around = (): Record<string, string> => Object.fromEntries(Object.entries(stateOf(top)).filter(([path]) => !/^a\/b(\/project(\/|$)|$)/.test(path)))
  const before = around()
  const beside = (): string[] => readdirSync(directory).filter((name) => !['tree', '.rowtree'].includes(name) && !name.startsWith('site.sqlite'))
  return {
    directory, config, db,
    with: (work) => withConfig(config, work),
    outside() {
      const now = around()
      const changed = Object.keys({ ...before, ...now }).filter((path) => before[path] !== now[path])
      return [...changed, ...beside()].map((path) => `${path}, outside the tree, is not as it was`)
    },
  }
}

/** Everything that a tree may not hold: ways out, and entries other than files and directories. */
function misfits(tree: string): string[] {
  return filesBelow(tree).flatMap((path) => {
    const isInside = realpathSync(join(tree, path)) === join(realpathSync(tree), path)
    return isInside && lstatSync(join(tree, path)).isFile() ? [] : [`${JSON.stringify(path)} is no file of the tree`]
  })
}

/** Exports, edits each file, imports, and finds each edit in the row whose file it was, and in no other. */
async function roundTrip(trials: Trials, { config, with: open, outside }: Scene, rows: () => Map<string, string>): Promise<void> {
  const first = await open((engine) => engine.export())
  const before = rows()
  const reported = new Set(first.problems.map(({ path }) => path))
  const losses = [...misfits(config.tree), ...outside()]
  if (first.exported + first.problems.length < before.size) losses.push(`${before.size} rows, but ${first.exported} files and ${first.problems.length} problems`)
  const again = await open((engine) => engine.sync())
  if (again.exported + again.imported + again.deleted + again.removed !== 0) losses.push(`the second cycle does something: ${JSON.stringify(again)}`)
  const contents = [...before.values()]
  if (new Set(contents).size !== contents.length) throw new Error('Two rows hold the same')
  const paths = filesBelow(config.tree)
  if (paths.length !== first.exported) losses.push(`${first.exported} exported, but ${paths.length} files`)
  for (const path of paths) appendFileSync(join(config.tree, path), 'edited\n')
  const imported = await open((engine) => engine.import())
  if (imported.imported !== paths.length) losses.push(`${paths.length} edited, but ${imported.imported} imported: ${JSON.stringify(imported.problems)}`)
  let edited = 0
  for (const [key, content] of rows()) {
    if (content === `${before.get(key)}edited\n`) edited++
    else if (content !== before.get(key)) losses.push(`the row ${JSON.stringify(key.slice(0, 80))} holds what was written for another one`)
  }
  if (edited !== paths.length) losses.push(`${paths.length} files edited, but ${edited} rows`)
  losses.push(...misfits(config.tree), ...outside())
  for (const path of reported) if (paths.includes(path) && !first.problems.some((one) => one.path === path && one.code === 'path-collision')) losses.push(`${path} is a problem and a file`)
  for (let index = 0; index < before.size; index++) trials.add()
  trials.losses.push(...losses)
}

// Keys in hexadecimal: Deno cuts a text at a NUL.
const read = (db: DatabaseSync, sql: string) => (): Map<string, string> => new Map(db.prepare(sql).all().map((row) => [JSON.stringify(Object.values(row).slice(0, -1)), String(Object.values(row).at(-1))]))

method('Hostile titles as files, as directories and as both, round trip', undefined, async (trials) => {
  const one = scene((db) => {
    db.exec('create table pages (a text, b text, body text, primary key (a, b)); create table notes (name text primary key, body text)')
    const page = db.prepare('insert into pages values (?, ?, ?)')
    const note = db.prepare('insert into notes values (?, ?)')
    for (const [index, title] of TITLES.entries()) {
      note.run(title, `note ${index}\n`)
      page.run(title, 'plain', `directory ${index}\n`)
      page.run('plain', title === 'plain' ? 'other' : title, `file ${index}\n`)
      page.run(title, TITLES[(index * 7 + 3) % TITLES.length]!, `both ${index}\n`)
    }
  }, { collections: { pages: { table: 'pages', key: ['a', 'b'], path: 'pages/{a}/{b}', content: 'body' }, notes: { table: 'notes', key: 'name', path: '{name}', content: 'body' } } })
  await roundTrip(trials, one, read(one.db, "select 'p', hex(a), hex(b), body from pages union all select 'n', hex(name), '', body from notes"))
})

method('Hostile titles side by side in one name, round trip', undefined, async (trials) => {
  const one = scene((db) => {
    db.exec('create table cards (a text, b text, body text, primary key (a, b))')
    const card = db.prepare('insert into cards values (?, ?, ?)')
    for (const [index, title] of TITLES.entries()) {
      card.run(title, 'x', `first ${index}\n`)
      card.run('x', title === 'x' ? 'y' : title, `second ${index}\n`)
    }
  }, { collections: { cards: { table: 'cards', key: ['a', 'b'], path: 'c-{a}.{b}.txt', content: 'body' } } })
  await roundTrip(trials, one, read(one.db, 'select hex(a), hex(b), body from cards'))
})

method('Random titles of what breaks names, round trip', undefined, async (trials) => {
  process.stderr.write(`seed ${SEED}\n`)
  const piece = fc.oneof(fc.constantFrom(...TITLES.filter((title) => title.length < 8)), fc.string({ unit: 'binary', maxLength: 3 }), fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)))
  const title = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
  for (let round = 0; round < amount(1, 10); round++) {
    const pairs = fc.sample(fc.tuple(title, title), { seed: SEED + round, numRuns: amount(50, 200) })
    const one = scene((db) => {
      db.exec('create table pages (a text, b text, body text, primary key (a, b))')
      const insert = db.prepare('insert or ignore into pages values (?, ?, ?)')
      for (const [index, [a, b]] of pairs.entries()) insert.run(a, b, `content ${index}\n`)
    }, { collections: { pages: { table: 'pages', key: ['a', 'b'], path: 'p/{a}/x{b}.html', content: 'body' } } })
    await roundTrip(trials, one, read(one.db, 'select hex(a), hex(b), body from pages'))
  }
})

method('Hostile titles of a MyBB board: templates, sets, groups, themes, stylesheets', undefined, async (trials) => {
  const one = scene((db) => {
    db.exec(BOARD_TABLES + VERSION)
    const set = db.prepare('insert into mybb_templatesets values (?, ?)')
    const group = db.prepare("insert into mybb_templategroups values (?, ?, ?, '0')")
    const template = db.prepare("insert into mybb_templates (title, template, sid) values (?, ?, ?)")
    const theme = db.prepare('insert into mybb_themes (tid, name, pid) values (?, ?, ?)')
    const sheet = db.prepare("insert into mybb_themestylesheets (name, tid, attachedto, stylesheet, cachefile) values (?, ?, '', ?, '')")
    theme.run(1, 'Master', 0)
    for (const [index, title] of TITLES.entries()) {
      set.run(index + 1, title)
      group.run(index + 1, title, title)
      template.run(title, `own ${index}\n`, 1)
      template.run('plain', `of set ${index}\n`, index + 1)
      template.run(`${title}_more`, `of group ${index}\n`, 2)
      theme.run(index + 2, title, 1)
      sheet.run(`${title}.css`, 2, `.sheet { order: ${index} }\n`)
      sheet.run('plain.css', index + 2, `.theme { order: ${index} }\n`)
    }
  }, { store: { url: 'sqlite:site.sqlite', preset: 'mybb' } })
  await roundTrip(trials, one, read(one.db, 'select tid, template from mybb_templates union all select -sid, stylesheet from mybb_themestylesheets'))
})

method('Hostile titles of a WordPress site', undefined, async (trials) => {
  // A NUL cannot stand in a statement's text.
  const titles = TITLES.filter((title) => title !== '' && !title.includes('\0'))
  const one = scene((db) => db.exec(siteTables('sqlite') + insertPosts('sqlite', titles.map((title, index) => ({ id: 100 + index, type: index % 2 ? 'wp_block' : 'custom_css', name: title, title, content: `body { order: ${index} }\n` })))), { store: { url: 'sqlite:site.sqlite', preset: 'wordpress' } })
  await roundTrip(trials, one, read(one.db, 'select ID, post_content from wp_posts'))
})

/** What a terminal obeys, or shows in another order than it is. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u

/** How the bar of progress moves the cursor. */
// oxlint-disable-next-line no-control-regex
const OWN = /\u001B(\[(\?(25|7)[lh]|[0-9;]*[mKGA-D]|0?J)|[78])|\r/g

method('Hostile titles in what a terminal is shown', HAS_TERMINAL ? undefined : 'needs the program script of util-linux', async (trials) => {
  const names = ['\u001B]0;owned\u0007', '\u001B[2J', '\u202Etxt', '\u009B31m', 'a\rb']
  const one = scene((db) => {
    db.exec('create table pages (a text, b text, body text, primary key (a, b))')
    const insert = db.prepare('insert into pages values (?, ?, ?)')
    for (const name of names) {
      insert.run(name, 'a', 'one\n')
      insert.run(name, 'A', 'two\n')
      insert.run(name.repeat(80), 'long', 'three\n')
      insert.run('c', name, 'one\n')
    }
  }, { collections: { pages: { table: 'pages', key: ['a', 'b'], path: '{a}/{b}.html', content: 'body' } } })
  writeFileSync(join(one.directory, 'rowtree.yaml'), "store: { url: 'sqlite:site.sqlite' }\ntree: ./tree\nexport: { fsync: off }\ncollections: { pages: { table: pages, key: [a, b], path: '{a}/{b}.html', content: body } }\n")
  await rowtree(['export', '-q'], { cwd: one.directory })
  for (const [index, path] of filesBelow(one.config.tree).entries()) {
    if (index % 2) writeFileSync(join(one.config.tree, path), '')
    else appendFileSync(join(one.config.tree, path), `\u001B[2J\u0007${index}\n`)
  }
  for (const name of names) writeFileSync(join(one.config.tree, `${name}.txt`), 'untracked')
  one.db.exec("update pages set body = body || char(27) || '[2J'")
  const commands = [['export', '--verbose'], ['status'], ['diff'], ['import'], ['sync'], ['resolve', '--store', '--all'], ['log'], ['undo', '--dry-run'], ['export', '--only', '\u001B[2J', 'x'], ['diff', `${names[0]}.html`]]
  for (const args of commands.filter((_, index) => index % amount(3, 1) === 0)) {
    const { stdout } = await onTerminal(args, 100, { cwd: one.directory, env: { NO_COLOR: '1' } })
    const shown = stdout.replaceAll('\r\n', '\n').replaceAll(OWN, '')
    const found = UNSAFE.exec(shown)
    trials.add(...(found ? [`${args.join(' ')} shows ${JSON.stringify(shown.slice(Math.max(0, found.index - 60), found.index + 30))}`] : []))
  }
})
