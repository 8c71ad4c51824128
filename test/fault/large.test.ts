import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { WatchFilter } from '../../src/core/watched.ts'
import { loadConfig, openEngine, RowtreeError } from '../../src/index.ts'
import { Presence } from '../../src/tree/presence.ts'
import { Snapshot } from '../../src/tree/snapshot.ts'
import { unhurried } from '../../src/tree/unhurried.ts'
import { eventually } from '../support/eventually.ts'
import { type Actor, startActor } from '../support/faults/acting.ts'
import type { Deed } from '../support/faults/actor.ts'
import { amount, LONG, method } from '../support/method.ts'
import { CONFIG, project, tempsBelow } from '../support/project.ts'
import { samplePages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const ONLY_LONG = LONG ? undefined : 'takes minutes: only in the long run'
const MB = 1024 * 1024

/** Texts that are small and mean much, or take long to read. */
function bombs(size: number): Readonly<Record<string, string>> {
  const fill = (piece: string): string => piece.repeat(Math.ceil(size / piece.length))
  const laughs = Array.from({ length: 12 }, (_, index) => `l${index}: &l${index} [${Array.from({ length: 10 }, () => (index === 0 ? 'ha' : `*l${index - 1}`)).join(', ')}]`).join('\n')
  return {
    'a billion laughs': `${laughs}\ntitle: *l11\nnote: x\n`,
    'laughs as keys and values': `a: &a {x: 1}\n<<: *a\ntitle: *a\nnote: {<<: *a}\n`,
    'a thousand aliases': `title: &t x\n${Array.from({ length: 1_000 }, (_, index) => `k${index}: *t\n`).join('')}note: *t\n`,
    'an anchor that holds itself': 'title: &a [*a]\nnote: x\n',
    'lists in lists': `title: ${fill('[')}\nnote: x\n`,
    'maps in maps': `title: ${fill('{a: ')}\nnote: x\n`,
    'blocks in blocks': `title:\n${fill('- ')}\nnote: x\n`,
    'a huge key': `${fill('k')}: 1\ntitle: x\nnote: y\n`,
    'a key in quotes without an end': `"${fill('k')}`,
    'one key again and again': fill('title: x\n'),
    'many keys': Array.from({ length: size / 10 }, (_, index) => `k${index}: 1\n`).join(''),
    'a function': 'title: !!js/function "function () { process.exit(1) }"\nnote: x\n',
    'an object of others': 'title: !!python/object/apply:os.system ["touch pwned"]\nnote: x\n',
    'the prototype': '__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}\ntitle: x\nnote: y\n',
    'many documents': fill('---\n'),
    'many directives': fill('%YAML 1.2\n'),
    'a number of many digits': `title: ${fill('9')}\nnote: 1e${fill('9')}\n`,
    'question marks': fill('? '),
    'bad binary': `title: !!binary "${fill('?')}"\nnote: x\n`,
    'a NUL': `title: "\\0"\nnote: "\0"\n`,
  }
}

/** Those that are a map of the two fields in plain words, if large: they are taken. */
const TAKEN = new Set(['a number of many digits'])

const CARDS = `${CONFIG}  cards: { table: cards, key: [id], path: 'cards/{id}.yaml', content: [title, note] }
  notes: { table: notes, key: [id], path: 'notes/{id}.md', content: [title, note], format: front-matter }
`

method('YAML bombs as files of rows, alone and as front matter', undefined, async (trials) => {
  const one = project(samplePages(3), CARDS)
  sql(one.database, `create table cards (id text primary key, title text, note text); insert into cards values ('a', 'A', 'one'), ('b', 'B', 'two')`)
  sql(one.database, `create table notes as select * from cards; create unique index i on notes (id)`)
  const engine = await openEngine(await loadConfig({ cwd: one.directory, env: {} }))
  await engine.export()
  let turn = 0
  for (const [what, text] of Object.entries(bombs(amount(5_000, 400_000)))) {
    const losses: string[] = []
    for (const [path, content] of [['cards/a.yaml', text], ['notes/a.md', `---\n${text}---\nbody\n`]] as const) {
      const whole = readFileSync(one.at('tree', path))
      const held = heldOf(one.database)
      writeFileSync(one.at('tree', path), content)
      writeFileSync(one.at('tree/north/page-000000.html'), `saved ${++turn}`)
      const { imported, problems, holds } = await engine.import()
      const told = [...problems, ...holds].filter((problem) => problem.path === path)
      if (!TAKEN.has(what) && (imported !== 1 || told.length !== 1)) losses.push(`${path}: ${imported} were imported, and told was ${JSON.stringify([...problems, ...holds])}`)
      if (told.some(({ message }) => message.length > 1_000 || message.includes('\n'))) losses.push(`${path}: the message is ${told[0]!.message.slice(0, 100)}…`)
      if (!TAKEN.has(what) && heldOf(one.database) !== held) losses.push(`${path}: the row is ${heldOf(one.database).slice(0, 200)}`)
      await engine.status()
      for await (const { patch } of engine.diff()) if (patch === undefined) losses.push('there is no patch')
      if (readFileSync(one.at('tree', path), 'utf8') !== content) losses.push(`${path}: the file was touched`)
      writeFileSync(one.at('tree', path), whole)
      await engine.import()
    }
    if ('polluted' in {}) losses.push('every object is polluted')
    trials.add(...losses.map((loss) => `${what}: ${loss}`))
  }
  await engine.close()
})

function heldOf(database: string): string {
  const db = new DatabaseSync(database, { readOnly: true })
  const rows = [...db.prepare('select * from cards').all(), ...db.prepare('select * from notes').all()]
  db.close()
  return JSON.stringify(rows)
}

method('YAML bombs as the config', undefined, async (trials) => {
  for (const [what, text] of Object.entries(bombs(amount(5_000, 400_000)))) {
    const directory = temporaryDirectory()
    for (const config of [text, `${CONFIG}extra:\n${text.replaceAll(/^/gm, '  ')}`]) {
      writeFileSync(join(directory, 'rowtree.yaml'), config)
      const error = await loadConfig({ cwd: directory, env: {} }).then(() => undefined, (thrown: unknown) => thrown)
      const isClear = error instanceof RowtreeError && error.code === 'config-invalid' && error.message.length < 20_000
      trials.add(...(isClear ? [] : [`${what}: it ended with ${error instanceof Error ? error.stack?.slice(0, 300) : String(error)}`]))
    }
  }
})

method('texts of which every line differs, or none, compared and merged', undefined, async (trials) => {
  const count = amount(4_000, 60_000)
  const lines = (of: (index: number) => string): string => Array.from({ length: count }, (_, index) => `${of(index)}\n`).join('')
  const kinds: Readonly<Record<string, readonly [base: string, store: string, tree: string]>> = {
    'all differ': [lines((index) => `a${index}`), lines((index) => `b${index}`), lines((index) => `c${index}`)],
    'all are the same': [lines(() => 'a'), `${lines(() => 'a')}b\n`, `c\n${lines(() => 'a')}`],
    'a few kinds': [lines((index) => `k${index % 3}`), lines((index) => `k${index % 5}`), lines((index) => `k${index % 7}`)],
    'the other way round': [lines((index) => `k${index}`), lines((index) => `k${count - index}`), lines((index) => `k${(index * 7_919) % count}`)],
    'one long line': ['a '.repeat(count * 5), 'b '.repeat(count * 5), 'c '.repeat(count * 5)],
  }
  for (const [what, [base, store, tree]] of Object.entries(kinds)) {
    const one = project([{ site: 'north', slug: 'long', body: base }])
    const engine = await openEngine(await loadConfig({ cwd: one.directory, env: {} }))
    await engine.export()
    sql(one.database, `update pages set body = '${store}'`)
    writeFileSync(one.at('tree/north/long.html'), tree)
    for await (const { patch } of engine.diff()) if (patch === '') trials.add(`${what}: there is no patch`)
    const { conflicts, imported } = await engine.resolve(['north/long.html'], { prefer: 'merge' })
    trials.add(...(conflicts.length + imported === 1 ? [] : [`${what}: a merge came to ${JSON.stringify(conflicts)}`]))
    await engine.close()
  }
})

method('a directory of very many files that vanishes under a session', ONLY_LONG, async (trials) => {
  const root = temporaryDirectory()
  const file = join(root, 'one')
  writeFileSync(file, 'x')
  const count = 130_000
  mkdirSync(join(root, 'many'))
  for (let index = 0; index < count; index++) linkSync(file, join(root, 'many', String(index)))
  const snapshot = new Snapshot(new Presence(root), new WatchFilter({ suffix: '.tmp', ignore: [], tracked: [] }), () => Date.now() + 3_600_000)
  await unhurried(snapshot.rescan('', true))
  rmSync(join(root, 'many'), { recursive: true })
  const gone = await unhurried(snapshot.rescan('', true))
  trials.add(...(gone.length === count ? [] : [`${gone.length} of ${count} files are told to be gone`]))
})

/** The most memory that a process has ever had, in MB. */
function peakOf({ pid }: Actor): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Has a process of its own do something, and tells what it took. */
async function measured(actor: Actor, what: string, deed: Deed): Promise<string[]> {
  const start = performance.now()
  const answer = await actor.tell(deed)
  const summary = answer?.ok ? JSON.stringify(answer.value)?.slice(0, 160) : JSON.stringify(answer)
  process.stderr.write(`${what}: ${((performance.now() - start) / 1_000).toFixed(1)} s, peak of ${Math.round(peakOf(actor))} MB; ${summary}\n`)
  return answer?.ok ? [] : [`${what}: it ended with ${JSON.stringify(answer)}`]
}

method('rows and files of 100 MB', process.platform === 'linux' ? ONLY_LONG : 'needs /proc', async (trials) => {
  const one = project(samplePages(3), CONFIG.replace('export:', 'guards: { maxFileSize: 1GB }\nexport:'))
  const text = 'a line of text\n'.repeat((100 * MB) / 15)
  const db = new DatabaseSync(one.database)
  db.prepare('insert into pages values (?, ?, ?)').run('north', 'text', text)
  db.prepare('insert into pages values (?, ?, ?)').run('north', 'bytes', new Uint8Array(100 * MB).fill(7))
  db.close()
  const actor = await startActor()
  const tell = (operation: Extract<Deed, { do: 'operate' }>['operation']) => measured(actor, `${operation} of 100 MB`, { do: 'operate', directory: one.directory, operation })
  trials.add(...(await tell('export')))
  const path = one.at('tree/north/text.html')
  if (readFileSync(path, 'utf8') !== text) trials.add('the file is not the row')
  writeFileSync(path, `first\n${text}`)
  writeFileSync(one.at('tree/north/bytes.html'), new Uint8Array(100 * MB).fill(8))
  trials.add(...(await tell('status')), ...(await tell('import')))
  const read = new DatabaseSync(one.database, { readOnly: true })
  const found = read.prepare("select length(body) as n, substr(body, 1, 5) as head from pages where slug = 'text'").get()
  read.close()
  trials.add(...(found?.['n'] === text.length + 6 && found['head'] === 'first' ? [] : [`the row is ${JSON.stringify(found)}`]), ...(await tell('undo')))
  if (peakOf(actor) > 2_500) trials.add(`it took ${peakOf(actor)} MB`)
})

method('a file of 100 MB that appears under a session', undefined, async (trials) => {
  const one = project(samplePages(3))
  const actor = await startActor()
  await actor.tell({ do: 'operate', directory: one.directory, operation: 'export' })
  void actor.tell({ do: 'watch', directories: [one.directory], options: { settle: 50, poll: 100 } })
  await eventually('the session is ready', () => actor.events.some(({ event }) => event.event === 'ready'))
  writeFileSync(one.at('tree/north/large.html'), new Uint8Array(100 * MB).fill(97))
  writeFileSync(one.at('tree/north/page-000000.html'), 'saved')
  const told = await eventually('it is told to be too large, and another save arrives', () => {
    const isSaved = actor.events.some(({ event }) => event.event === 'imported' && event.paths.includes('north/page-000000.html'))
    return isSaved && actor.events.find(({ event }) => 'path' in event && event.path === 'north/large.html')
  })
  trials.add(...('code' in told.event && told.event.code === 'file-too-large' ? [] : [`told was ${JSON.stringify(told)}`]))
  await actor.kill()
})

/** A million take about 5 GB of memory where the tests' directories are in memory. */
const VERY_MANY = Number(process.env['ROWTREE_ROWS'] ?? (freemem() > 10 * 1024 * MB ? 1_000_000 : 250_000))

/** Megabytes that a process may take in all, for a number of kilobytes a row beside what it takes anyway. */
const bound = (kilobytes: number): number => 300 + (VERY_MANY * kilobytes) / 1024

method(`a tree of ${VERY_MANY.toLocaleString('en-US')} files`, process.platform === 'linux' ? ONLY_LONG : 'needs /proc', async (trials) => {
  const rows = VERY_MANY
  const one = project([], CONFIG)
  const db = new DatabaseSync(one.database)
  const insert = db.prepare('insert into pages values (?, ?, ?)')
  db.exec('pragma synchronous = off; begin')
  for (let index = 0; index < rows; index++) insert.run(`site-${index % 1_000}`, `page-${index}`, `<p>page ${index} of very many, with fifty bytes</p>`)
  db.exec('commit')
  db.close()
  const actor = await startActor()
  const tell = (operation: Extract<Deed, { do: 'operate' }>['operation'], what = operation as string) => measured(actor, `${what}, ${rows} rows`, { do: 'operate', directory: one.directory, operation })
  trials.add(...(await tell('export', 'the first export')), ...(await tell('export', 'an export without changes')), ...(await tell('status')), ...(await tell('sync')), ...(await tell('sweep')))
  // A directory whose files all go, and files that are none of ours.
  rmSync(one.at('tree/site-1'), { recursive: true })
  mkdirSync(one.at('tree/node_modules'))
  writeFileSync(one.at('tree/node_modules/one.js'), 'x')
  for (let index = 0; index < rows / 5; index++) linkSync(one.at('tree/node_modules/one.js'), one.at(`tree/node_modules/${index}.js`))
  trials.add(...(await tell('status', 'status with many foreign files')), ...(await tell('import', 'import with many foreign files')))
  rmSync(one.at('tree/node_modules'), { recursive: true })
  const peak = peakOf(actor)
  if (peak > bound(1)) trials.add(`cycles took ${Math.round(peak)} MB for ${rows} rows`)
  void actor.tell({ do: 'watch', directories: [one.directory], options: { settle: 50, poll: 'off' } })
  const isReady = () => actor.events.some(({ event }) => event.event === 'ready')
  for (let turn = 0; turn < 20 && !isReady(); turn++) await eventually('the session is ready', isReady).catch(() => {})
  writeFileSync(one.at('tree/site-0/page-0.html'), 'saved')
  await eventually('a save arrives', () => actor.events.some(({ event }) => event.event === 'imported' && event.paths.includes('site-0/page-0.html')))
  process.stderr.write(`after a session, ${rows} rows: peak of ${Math.round(peakOf(actor))} MB\n`)
  if (peakOf(actor) > bound(3)) trials.add(`a session took ${Math.round(peakOf(actor))} MB for ${rows} rows`)
  await actor.kill()
  trials.add(...tempsBelow(one.directory).map((path) => `${path} is left`))
})

method('directories so deep that their paths are too long', process.platform === 'win32' ? 'needs long paths' : undefined, async (trials) => {
  const one = project(samplePages(3))
  const engine = await openEngine(await loadConfig({ cwd: one.directory, env: {} }))
  await engine.export()
  const before = process.cwd()
  let depth = 0
  try {
    process.chdir(one.tree)
    for (; depth < 420; depth++) {
      mkdirSync('directory-')
      process.chdir('directory-')
    }
    writeFileSync('deep.html', 'x')
  } catch (error) {
    // The runtime may follow no further than the system names a path.
    process.stderr.write(`${depth} directories deep: ${String(error)}\n`)
  } finally {
    process.chdir(before)
  }
  writeFileSync(one.at('tree/north/page-000000.html'), 'saved')
  for (const operation of ['import', 'status', 'sync', 'sweep'] as const) {
    const losses = await engine[operation]().then(() => [], (error: unknown) => (error instanceof RowtreeError ? [] : [`${operation} ended with ${String(error)}`]))
    trials.add(...losses)
  }
  const db = new DatabaseSync(one.database, { readOnly: true })
  if (db.prepare("select body from pages where slug = 'page-000000'").get()?.['body'] !== 'saved') trials.add('a save elsewhere was not imported')
  db.close()
  await engine.close()
})
