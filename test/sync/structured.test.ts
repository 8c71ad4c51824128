import { chmodSync, chownSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { type Engine, openEngine, resolveConfig } from '../../src/index.ts'
import { IS_ROOT, NOBODY, runScript, source } from '../support/script.ts'
import { sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const CONFIG = {
  store: { url: 'sqlite:shop.sqlite' },
  tree: './tree',
  export: { fsync: 'off' },
  collections: { products: { table: 'products', key: 'sku', path: '{sku}.yaml', content: ['name', 'stock', 'price', 'sold', 'note', 'picture'] } },
} as const

interface Shop {
  readonly engine: Engine
  readonly store: string
  file(): string
  setFile(text: string): void
  row(): Record<string, unknown>
  readonly at: string
  readonly tree: string
}

/** One product of every type of value, exported. */
async function shop(): Promise<Shop> {
  const directory = temporaryDirectory()
  const store = join(directory, 'shop.sqlite')
  sql(store, `create table products (sku text primary key, name text, stock integer, price real, sold integer, note text, picture blob);
    insert into products values ('lamp', 'Desk lamp', 9007199254740993, 12.0, 1, null, x'00ff10')`)
  const config = resolveConfig(CONFIG, directory)
  const engine = await openEngine(config)
  onTestFinished(() => engine.close())
  expect(await engine.export()).toMatchObject({ exported: 1, problems: [] })
  const at = join(config.tree, 'lamp.yaml')
  return {
    engine, store, at, tree: config.tree,
    file: () => readFileSync(at, 'utf8'),
    setFile: (text) => writeFileSync(at, text),
    row() {
      const db = new DatabaseSync(store, { readOnly: true })
      const statement = db.prepare('select *, typeof(stock) as s, typeof(price) as p, typeof(picture) as b from products where sku = ?')
      statement.setReadBigInts(true)
      const row = statement.get('lamp')!
      db.close()
      return { ...row }
    },
  }
}

const QUIET = { problems: [], conflicts: [], holds: [] }
const ROW = { sku: 'lamp', name: 'Desk lamp', stock: 9007199254740993n, price: 12, sold: 1n, note: null, picture: Uint8Array.of(0, 255, 16), s: 'integer', p: 'real', b: 'blob' }

it('comes back with the very values it went out with', async () => {
  const { engine, store, file, row } = await shop()
  expect(file()).toContain('stock: 9007199254740993\n')
  sql(store, "update products set name = 'x', stock = 1, price = 1, sold = 0, note = 'x', picture = null")
  expect(await engine.import({ force: true })).toMatchObject({ imported: 1, ...QUIET })
  expect(row()).toEqual(ROW)
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, unchanged: 1 })
})

it('keeps the comments and the order that a person gave the file', async () => {
  const { engine, store, file, setFile, row } = await shop()
  const lines = file().trimEnd().split('\n')
  setFile(`# a lamp\n${lines.toReversed().join('\n')} # mine\n`)
  // The values are the same: the row has nothing to take.
  expect(await engine.sync()).toMatchObject({ imported: 1, exported: 0, ...QUIET })
  expect(row()).toEqual(ROW)
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, unchanged: 1 })
  sql(store, "update products set stock = 7")
  const before = file()
  expect(await engine.sync()).toMatchObject({ exported: 1, ...QUIET })
  expect(file()).toBe(before.replace('9007199254740993', '7'))
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, unchanged: 1 })
})

it.each<[name: string, edit: (text: string) => string, problem: object]>([
  ['an unknown key', (text) => `${text}colour: red\n`, { code: 'unknown-field', message: expect.stringMatching(/colour.*:7:1\b|7:1.*colour|line 7/) }],
  ['a missing key', (text) => text.replace(/^name:.*\n/, ''), { code: 'missing-field', message: expect.stringContaining('name') }],
  ['a fault of syntax', (text) => `${text}note: [\n`, { code: 'invalid-yaml' }],
])('reports %s and leaves the row alone', async (_, edit, problem) => {
  const { engine, file, setFile, row } = await shop()
  setFile(edit(file()))
  const summary = await engine.import()
  expect(summary).toMatchObject({ imported: 0, conflicts: [], problems: [{ path: 'lamp.yaml', ...problem }] })
  expect(row()).toEqual(ROW)
})

it('takes no digits that the row does not hold, also where both sides changed alike', async () => {
  const { engine, store, file, setFile, row } = await shop()
  setFile(file().replace('price: 12.0', 'price: 1.123456789012345678'))
  expect(await engine.sync()).toMatchObject({ imported: 0, problems: [{ path: 'lamp.yaml', code: 'unsupported-value' }] })
  expect(row()).toEqual(ROW)
  sql(store, 'update products set price = 1.1234567890123457')
  expect(await engine.sync()).toMatchObject({ adopted: 0, imported: 0, conflicts: [{ path: 'lamp.yaml' }] })
})

it('inserts, edits, conflicts and is undone like any other row', async () => {
  const { engine, store, file, setFile, row, tree, at } = await shop()
  writeFileSync(join(tree, 'chair.yaml'), file().replace('Desk lamp', 'Chair'))
  setFile(file().replace('Desk lamp', 'Floor lamp'))
  expect(await engine.sync()).toMatchObject({ imported: 2, ...QUIET })
  expect(row()).toEqual({ ...ROW, name: 'Floor lamp' })
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, unchanged: 2 })

  setFile(file().replace('Floor lamp', 'Ceiling lamp'))
  sql(store, "update products set stock = 3 where sku = 'lamp'")
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, conflicts: [{ path: 'lamp.yaml', code: 'changed-on-both-sides' }] })
  expect(await engine.resolve(['lamp.yaml'], { prefer: 'tree' })).toMatchObject({ imported: 1, ...QUIET })
  expect(row()).toEqual({ ...ROW, name: 'Ceiling lamp' })
  expect(await engine.undo()).toMatchObject({ rows: ['lamp.yaml'], conflicts: [] })
  expect(row()).toEqual({ ...ROW, name: 'Floor lamp', stock: 3n })
  unlinkSync(at)
  expect(await engine.resolve(['lamp.yaml'], { prefer: 'store' })).toMatchObject({ exported: 1, ...QUIET })
  expect(file()).toContain('stock: 3\n')
})

it('adopts what both sides changed alike, in other words', async () => {
  const { engine, store, file, setFile } = await shop()
  setFile(`# mine\n${file().replace('Desk lamp', 'Lamp')}`)
  sql(store, "update products set name = 'Lamp'")
  expect(await engine.sync()).toMatchObject({ adopted: 1, imported: 0, exported: 0, ...QUIET })
  expect(await engine.sync()).toMatchObject({ unchanged: 1 })
})

it.runIf(process.platform !== 'win32').each(['export', 'import', 'sync'])('reports a file that cannot be read, and goes on with all others (%s)', async (command) => {
  const { engine, store, file, setFile, tree, at } = await shop()
  sql(store, "insert into products (sku, name) values ('chair', 'Chair'), ('table', 'Table')")
  expect(await engine.export()).toMatchObject({ exported: 2 })
  const before = file()
  sql(store, "update products set name = name || '!'")
  writeFileSync(join(tree, 'table.yaml'), before.replace('Desk lamp', 'Low table'))
  chmodSync(at, 0)
  const directory = join(tree, '..')
  // Root reads everything; so that somebody else may work here, all of it becomes theirs.
  if (IS_ROOT) for (const path of ['.', ...readdirSync(directory, { recursive: true }) as string[]]) chownSync(join(directory, path), NOBODY, NOBODY)
  const code = `
    import { openEngine, resolveConfig } from '${source('index.ts')}'
    const engine = await openEngine(resolveConfig(${JSON.stringify(CONFIG)}, '${directory}'))
    const all = await engine.${command}()
    const one = await engine.${command}({ paths: ['lamp.yaml', 'chair.yaml'] })
    await engine.close()
    console.log(JSON.stringify([all, one]))`
  const [all, one] = await runScript<{ problems: unknown }[]>(code, [], IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {})
  const problem = { path: 'lamp.yaml', code: 'read-failed', errno: 'EACCES', message: expect.stringMatching(/^Cannot read lamp\.yaml: EACCES: permission denied/) }
  expect(all).toMatchObject({ problems: [problem], exported: command === 'import' ? 0 : 1, conflicts: [{ path: 'table.yaml' }] })
  expect(one!.problems).toEqual([problem])
  chmodSync(at, 0o600)
  expect(file()).toBe(before)
  setFile(before)
  expect(await engine.sync()).toMatchObject({ problems: [] })
})
