import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { type Engine, openEngine, resolveConfig } from '../src/index.ts'
import { temporaryDirectory } from './support/temporary.ts'

const BOARD = new URL('../../shared/data/mybb-1.8.37/board.sqlite', import.meta.url)
const absent = !existsSync(BOARD)

const STYLES = 'board/styles/Default'
const TEMPLATES = 'board/template_sets/Default Templates'

/** A copy of the stock board with its own directory `forum`, exported. */
async function exported(): Promise<{ directory: string; engine: Engine; value(query: string): unknown }> {
  const directory = temporaryDirectory()
  copyFileSync(BOARD, join(directory, 'board.sqlite'))
  chmodSync(join(directory, 'board.sqlite'), 0o644)
  mkdirSync(join(directory, 'forum/cache/themes'), { recursive: true })
  const settings = { store: { url: 'sqlite:board.sqlite', preset: 'mybb' as const }, tree: './board', mybb: { board: 'forum' } }
  const engine = await openEngine(resolveConfig(settings, directory))
  onTestFinished(() => engine.close())
  expect(await engine.export()).toMatchObject({ exported: 991, problems: [] })
  const value = (query: string): unknown => {
    const db = new DatabaseSync(join(directory, 'board.sqlite'), { readOnly: true })
    const row = db.prepare(query).get()
    db.close()
    return row && Object.values(row)[0]
  }
  return { directory, engine, value }
}

it.skipIf(absent)('a board shows an edited stylesheet: its lists and its cache follow, also back', async () => {
  const { directory, engine, value } = await exported()
  const list = 'select stylesheets from mybb_themes where tid = 2'
  const stock = value(list)
  const file = join(directory, STYLES, 'global.css')
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n.mine { background: url(images/x.png); }\n`)
  expect(await engine.sync()).toMatchObject({ imported: 1, problems: [], holds: [] })

  const cache = join(directory, 'forum/cache/themes')
  expect(readdirSync(join(cache, 'theme2')).toSorted()).toEqual(['global.css', 'global.min.css', 'index.html'])
  expect(readFileSync(join(cache, 'theme2/global.css'), 'utf8')).toMatch(/\n\.mine \{ background: url\(\.\.\/\.\.\/\.\.\/images\/x\.png\); \}\n$/)
  expect(readFileSync(join(cache, 'theme2/global.min.css'), 'utf8')).toMatch(/\.mine\{background:url\(\.\.\/\.\.\/\.\.\/images\/x\.png\)\}$/)
  expect(value(list)).toContain('cache/themes/theme2/global.css')
  expect(value(list)).not.toContain('cache/themes/theme1/global.css')
  expect(value("select cache from mybb_datacache where title = 'default_theme'")).toContain(value(list))

  expect(await engine.undo()).toMatchObject({ problems: [] })
  expect(value(list)).toBe(stock)
  expect(readdirSync(join(cache, 'theme2'))).toEqual(['index.html'])
})

it.skipIf(absent)('a cache that cannot be written is a problem, and the row is written', async () => {
  const { directory, engine, value } = await exported()
  symlinkSync(temporaryDirectory(), join(directory, 'forum/cache/themes/theme2'))
  writeFileSync(join(directory, STYLES, 'global.css'), 'new')
  expect(await engine.sync()).toMatchObject({ imported: 1, problems: [{ path: 'styles/Default/global.css', code: 'cache-stale' }] })
  expect(value("select stylesheet from mybb_themestylesheets where tid = 2 and name = 'global.css'")).toBe('new')
})

it.skipIf(absent)('an unsafe template is held until somebody confirms it', async () => {
  const { directory, engine, value } = await exported()
  const path = 'template_sets/Default Templates/Header Templates/header.html'
  const file = join(directory, TEMPLATES, 'Header Templates/header.html')
  writeFileSync(file, `${readFileSync(file, 'utf8')}\${phpinfo()}`)
  const own = "select template from mybb_templates where title = 'header' and sid = 1"
  expect(await engine.sync()).toMatchObject({ imported: 0, holds: [{ path, code: 'unsafe-template' }], problems: [] })
  expect(value(own)).toBeUndefined()
  expect((await engine.status()).items).toMatchObject([{ path, state: 'held', code: 'unsafe-template' }])
  await engine.resolve([path], { prefer: 'tree' })
  expect(value(own)).toMatch(/\$\{phpinfo\(\)\}$/)
})
