import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { type Config, type Engine, resolveConfig, type Summary } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { CASEFOLD, EXFAT, type Kind, missingFor, mountKind, NTFS, VFAT } from '../support/filesystems.ts'
import { startActor } from '../support/faults/acting.ts'
import { amount, method } from '../support/method.ts'
import { filesBelow, tempsBelow } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { withConfig } from '../support/with-engine.ts'
import { HOSTILE } from './titles.ts'

/** A project whose tree, and at will its state, lie on a filesystem of this kind. */
interface Scene {
  readonly directory: string
  readonly config: Config
  readonly db: DatabaseSync
  readonly tree: string
  with<T>(work: (engine: Engine) => Promise<T>): Promise<T>
  body(a: string, b: string): string | undefined
}

function scene(kind: Kind, titles: readonly string[], fsync = 'batch', isState = true): Scene {
  const mount = mountKind(kind)
  const directory = temporaryDirectory()
  const db = new DatabaseSync(join(directory, 'site.sqlite'))
  onTestFinished(() => db.close())
  db.exec('create table pages (a text, b text, body text, primary key (a, b)); begin')
  const insert = db.prepare('insert or ignore into pages values (?, ?, ?)')
  for (const [index, title] of titles.entries()) insert.run(index % 2 ? 'north' : 'south', title, `page ${index}\n`)
  db.exec('commit')
  const tree = join(mount, 'tree')
  const text = JSON.stringify({ store: { url: 'sqlite:site.sqlite' }, tree, ...(isState && { state: join(mount, 'state') }), export: { fsync, workers: 0 }, collections: { pages: { table: 'pages', key: ['a', 'b'], path: '{a}/{b}.html', content: 'body' } } })
  writeFileSync(join(directory, 'rowtree.yaml'), text)
  const config = resolveConfig(JSON.parse(text), directory)
  const select = db.prepare('select body from pages where a = ? and b = ?')
  return {
    directory, config, db, tree,
    body: (a, b) => select.get(a, b)?.['body'] as string | undefined,
    with: (work) => withConfig(config, work),
  }
}

const isIdle = ({ exported, imported, removed, deleted, conflicts, holds }: Summary): boolean => exported + imported + removed + deleted + conflicts.length + holds.length === 0

/** What is wrong where a cycle should have had nothing to do. */
function busy(when: string, summary: Summary): string[] {
  return isIdle(summary) ? [] : [`${when} there is something to do: ${JSON.stringify({ ...summary, problems: summary.problems.length })}`]
}

for (const kind of [EXFAT, NTFS, VFAT, CASEFOLD]) {
  const missing = missingFor(kind)

  method(`${kind.name}: hostile titles go round`, missing, async (trials) => {
    const titles = [...new Set(HOSTILE)]
    const { tree, db, with: open } = scene(kind, titles)
    const first = await open((engine) => engine.export())
    const files = filesBelow(tree)
    const losses = files.length === first.exported ? [] : [`${first.exported} exported, but ${files.length} files`]
    if (first.exported + first.problems.length < titles.length) losses.push(`${titles.length} rows, but ${first.exported} files and ${first.problems.length} problems`)
    const second = await open((engine) => engine.sync({ prune: true, delete: true }))
    losses.push(...busy('After an export', second), ...second.problems.filter(({ code }) => !['path-collision', 'name-too-long', 'unsupported-key'].includes(code)).map(({ message }) => message))
    for (const path of files) writeFileSync(join(tree, path), `${readFileSync(join(tree, path), 'utf8')}edited\n`)
    const third = await open((engine) => engine.sync())
    if (third.imported !== files.length) losses.push(`${files.length} files edited, but ${third.imported} imported: ${JSON.stringify(third.problems.slice(0, 3))}`)
    const rows = db.prepare('select body from pages').all().map(({ body }) => String(body))
    if (rows.some((body) => !/^page \d+\n(edited\n)?$/.test(body)) || new Set(rows.map((body) => body.split('\n')[0])).size !== rows.length) losses.push('A row holds what was written for another one')
    losses.push(...tempsBelow(tree).map((path) => `${path} stays`))
    for (let index = 0; index < titles.length; index++) trials.add()
    trials.losses.push(...losses)
  })

  method(`${kind.name}: edits of the same size, one after the other, on both sides`, missing, async (trials) => {
    const { tree, db, with: open, body } = scene(kind, Array.from({ length: 20 }, (_, index) => `p${index}`), 'off')
    await open(async (engine) => {
      await engine.export()
      for (let round = 0; round < amount(12, 60); round++) {
        const [side, edit] = [round % 2 ? 'north' : 'south', `edit ${String(round).padStart(4)}\n`]
        const name = side === 'north' ? 'p1' : 'p0'
        const path = join(tree, side, `${name}.html`)
        if (round % 3 === 0) db.prepare('update pages set body = ? where a = ? and b = ?').run(edit, side, name)
        else writeFileSync(path, edit)
        const summary = await engine.sync()
        const [row, file] = [body(side, name), readFileSync(path, 'utf8')]
        trials.add(...(row === edit && file === edit ? [] : [`round ${round}: ${JSON.stringify({ row, file, edit, summary })}`]))
      }
      trials.losses.push(...busy('After the last round', await engine.sync()))
    })
  })

  method(`${kind.name}: names that differ in case alone`, missing, async (trials) => {
    const { tree, db, with: open, body } = scene(kind, [])
    db.exec("insert into pages values ('n', 'Page', 'first\n'), ('n', 'page', 'second\n'), ('Dir', 'x', 'third\n'), ('dir', 'y', 'fourth\n')")
    const first = await open((engine) => engine.export())
    const losses = first.problems.some(({ code }) => code === 'path-collision') ? [] : ['two rows for one file are not reported']
    const contents = filesBelow(tree).map((path) => readFileSync(join(tree, path), 'utf8'))
    if (new Set(contents).size !== contents.length) losses.push('two rows are in one file')
    const second = await open((engine) => engine.sync({ delete: true, prune: true }))
    losses.push(...busy('After an export', second))
    if (JSON.stringify(second.problems.map(({ code }) => code)) !== '["path-collision"]') losses.push(`problems of the second cycle: ${JSON.stringify(second.problems)}`)
    // A rename in case alone is no edit, and no deletion.
    renameSync(join(tree, 'n', 'Page.html'), join(tree, 'n', 'PAGE.html'))
    const third = await open((engine) => engine.sync({ delete: true, prune: true }))
    losses.push(...busy('After a rename in case', third))
    if (body('n', 'Page') !== 'first\n' || body('n', 'page') !== 'second\n' || body('n', 'PAGE') !== undefined) losses.push('A rename in case changed rows')
    writeFileSync(join(tree, 'n', 'PAGE.html'), 'edited\n')
    // The kernel knows for a second what the driver told it of the other spelling.
    await open((engine) => eventually('an edit behind a rename in case in its row', async () => {
      await engine.sync()
      return body('n', 'Page') === 'edited\n'
    }))
    if (body('n', 'PAGE') !== undefined) losses.push('A rename in case made a row')
    trials.add(...losses)
  })

  method(`${kind.name}: SIGKILL, then a sweep and the next cycle`, missing, async (trials) => {
    const titles = Array.from({ length: 30 }, (_, index) => `p${index}`)
    for (const at of (['staged', 'placed', 'published', 'committing'] as const).slice(0, amount(2, 4))) {
      const { directory, tree, db, with: open } = scene(kind, titles)
      await open((engine) => engine.export({ only: ['south/'] }))
      db.exec("update pages set body = 'new ' || b")
      const actor = await startActor()
      await actor.tell({ do: 'die', at, time: 1 })
      const answer = await actor.tell({ do: 'operate', directory, operation: 'export' })
      const losses = answer === undefined ? [] : [`${at} was not reached: ${JSON.stringify(answer)}`]
      const summary = await open((engine) => engine.sync())
      losses.push(...summary.problems.map(({ message }) => message), ...summary.conflicts.map(({ message }) => message))
      for (const path of filesBelow(tree)) if (!/^new p\d+$/.test(readFileSync(join(tree, path), 'utf8'))) losses.push(`${path} is neither old nor new`)
      if (filesBelow(tree).length !== titles.length) losses.push(`${filesBelow(tree).length} files of ${titles.length}`)
      losses.push(...busy(`After ${at}`, await open((engine) => engine.sync())))
      trials.add(...losses)
    }
  })

  method(`${kind.name}: a session`, missing, async (trials) => {
    const { tree, body, with: open } = scene(kind, ['one', 'two', 'three'], 'off', false)
    await open(async (engine) => {
      const session = engine.watch({ settle: 50, poll: 100 })
      onTestFinished(() => session.stop())
      await eventually('the first export', () => existsSync(join(tree, 'south', 'one.html')))
      for (let round = 0; round < amount(3, 10); round++) {
        writeFileSync(join(tree, 'south', 'one.html'), `saved ${round}\n`)
        await eventually('a save in its row', () => body('south', 'one') === `saved ${round}\n`)
        trials.add()
      }
      mkdirSync(join(tree, 'south/more'), { recursive: true })
      writeFileSync(join(tree, 'north', 'new.html'), 'new\n')
      await eventually('a new file as a row', () => body('north', 'new') === 'new\n')
      renameSync(join(tree, 'north', 'new.html'), join(tree, 'north', 'NEW.html'))
      writeFileSync(join(tree, 'north', 'last.html'), 'last\n')
      await eventually('the next file as a row', () => body('north', 'last') === 'last\n')
      await session.flush()
      await session.stop()
      if (body('north', 'NEW') !== undefined) trials.add('A rename in case made a second row of one file')
    })
    trials.add(...(statSync(join(tree, 'north', 'two.html')).isFile() ? [] : ['two.html is gone']))
  })
}
