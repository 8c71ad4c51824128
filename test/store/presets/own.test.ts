import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPreset } from '../../../src/store/own-preset.ts'
import { finished, start } from '../../support/cli.ts'
import { describeEach } from '../../support/servers.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { failure, makeDatabase } from '../fixtures.ts'
import { workshop, type Workshop } from './engines.ts'

const DOOR = new URL('../../../src/preset.ts', import.meta.url).href
const PAGE = readFileSync(new URL('../../../docs/presets.md', import.meta.url), 'utf8')

/** The module that the document shows. */
const EXAMPLE = /```ts\n\/\/ shop\.ts\n([^]*?)```/.exec(PAGE)![1]!.replace("'rowtree/preset'", JSON.stringify(DOOR))

const TABLES = `
  create table pages (slug $key not null, language varchar(5) not null, page_title varchar(200), body $text, state varchar(20) not null, changed_at $time, made_at $time, version int,
    primary key (slug, language));
  create table categories (id $id, name varchar(100) not null);
  create table products (id $id, category_id bigint, sku varchar(40) not null, name $text, price $decimal);
  insert into pages (slug, language, page_title, body, state, version) values ('home', 'en', 'Home', '<p>', 'live', 1), ('home', 'de', 'Start', '<p>', 'live', 7), ('old', 'en', 'Old', '', 'deleted', 1);
  insert into categories (id, name) values (101, 'tea'), (102, 'tools');
  insert into products (id, category_id, sku, name, price) values (101, 101, 'a1', 'Green tea', 4.5), (102, 102, 'a1', 'Saw', 20);`

describeEach('the preset of the document', (trial) => {
  async function shop(options: Record<string, unknown> = { language: 'en' }): Promise<Workshop> {
    await trial.fresh(TABLES)
    const module = join(temporaryDirectory(), 'shop.ts')
    writeFileSync(module, EXAMPLE)
    return workshop({ url: trial.url, preset: module as `/${string}` }, { options })
  }

  test('exports, imports, deletes, undoes', async () => {
    const { engine, files, file, setFile } = await shop()
    expect(await engine.export()).toMatchObject({ exported: 3, problems: [] })
    expect(Object.keys(files())).toEqual(['pages/home.html', 'products/tea/a1.yaml', 'products/tools/a1.yaml'])
    expect(file('pages/home.html')).toBe('---\ntitle: Home\n---\n<p>')
    setFile('pages/home.html', '---\ntitle: House\n---\n<b>')
    setFile('pages/new.html', '---\ntitle: ~\n---\n')
    setFile('products/tea/b2.yaml', 'price: 3.5\nname: Black tea\n')
    expect(await engine.import()).toMatchObject({ imported: 3, problems: [] })
    expect(await trial.query('select slug, language, page_title, body, state, version from pages order by slug, language')).toEqual([
      ['home', 'de', 'Start', '<p>', 'live', '7'], ['home', 'en', 'House', '<b>', 'live', '2'], ['new', 'en', null, '', 'new', '1'], ['old', 'en', 'Old', '', 'deleted', '1'],
    ])
    expect(await trial.query("select category_id, name from products where sku = 'b2'")).toEqual([['101', 'Black tea']])
    expect(await engine.export()).toMatchObject({ exported: 0, problems: [] })
    const rows = await trial.query('select * from products order by id')
    setFile('products/tea/a1.yaml', undefined)
    expect(await engine.import({ delete: true })).toMatchObject({ deleted: 1, problems: [] })
    expect(await trial.query('select count(*) from products')).toEqual([['2']])
    expect(await engine.undo()).toMatchObject({ rows: ['products/tea/a1.yaml'], problems: [] })
    expect(await trial.query('select * from products order by id')).toEqual(rows)
  })

  test('many files at once', async () => {
    const { engine, files, setFile } = await shop()
    for (let index = 0; index < 40; index++) setFile(`pages/p${index}.html`, `---\ntitle: "${index}"\n---\n`)
    expect(await engine.sync()).toMatchObject({ imported: 40, problems: [] })
    for (const path of Object.keys(files())) if (path.startsWith('pages/')) setFile(path, '---\ntitle: all\n---\nx')
    expect(await engine.import()).toMatchObject({ imported: 41, problems: [] })
    expect(await trial.query("select language, count(*) from pages where page_title = 'all' group by language")).toEqual([['en', '41']])
  })

  test('says what is wrong with its options', async () => {
    expect((await failure(shop({}))).message).toBe('Cannot open the shop: options.language must be a text, such as en')
  })
})

describe('a module', () => {
  test.each([
    ['without an export', 'export const one = 1', 'it exports no preset. Write: export const preset = definePreset({ … })'],
    ['that cannot be read', 'export const preset = {', expect.stringMatching(/^it cannot be loaded: ./)],
    ['that is not beside rowtree', "import { definePreset } from 'rowtree/preset'; export const preset = definePreset({})",
      expect.stringMatching(/^it cannot be loaded: [\P{Cc}]*rowtree[\P{Cc}]*\. Install rowtree where the module is, or import from its src\/preset\.ts by path$/u)],
    ['that throws', 'throw new Error("why")', 'it cannot be loaded: why'],
    ['that exports a function', 'export const preset = () => []', 'what it exports as preset is no object but a function. A preset is { name, open(context) }'],
    ['without a name', 'export const preset = { open() {} }', 'its preset has no name. A preset is { name, open(context) }'],
    ['without open', 'export default { name: "shop" }', 'its preset has no function "open". A preset is { name, open(context) }'],
  ])('%s', async (_, text, state) => {
    const path = join(temporaryDirectory(), 'preset.ts')
    writeFileSync(path, text)
    const { code, message } = await failure(loadPreset(path))
    expect({ code, state: message.slice(`Cannot use the preset ${path}: `.length) }).toEqual({ code: 'preset-invalid', state })
  })

  test('that is not there', async () => {
    expect(await failure(loadPreset('/nowhere/preset.ts'))).toMatchObject({ code: 'preset-invalid', message: 'Cannot use the preset /nowhere/preset.ts: no file is there. Correct store.preset' })
  })

  test.each([['nothing', 'undefined'], ['an empty list', '[]'], ['something else', '[{ collection: "a" }]']])('whose open gives %s', async (_, gives) => {
    const path = join(temporaryDirectory(), 'preset.ts')
    writeFileSync(path, `export default { name: 'a', open: async () => ${gives} }`)
    const preset = await loadPreset(path)
    expect((await failure(Promise.resolve(preset.open({} as never)))).message).toContain('its "open" gave no list of collections')
  })
})

test('a process of its own loads TypeScript, in the directory of the config', async () => {
  const { directory } = makeDatabase("create table notes (id integer primary key, body text); insert into notes values (1, 'one')", 'site.db')
  mkdirSync(join(directory, 'presets'))
  writeFileSync(join(directory, 'presets', 'notes.ts'), `
    import { definePreset, openMapping, type Preset } from ${JSON.stringify(DOOR)}
    const preset: Preset = definePreset({
      name: 'notes',
      open: async ({ database }) => [await openMapping(database, { name: 'notes', table: 'notes', key: ['id'], path: '{id}.md', content: ['body'] })],
    })
    export default preset`)
  writeFileSync(join(directory, 'rowtree.yaml'), 'store: { url: "sqlite:site.db", preset: ./presets/notes.ts }\ntree: ./tree\n')
  const { code, stderr } = await finished(start(['export', '--config', join(directory, 'rowtree.yaml')]))
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Cannot') })
  expect(readFileSync(join(directory, 'tree', '1.md'), 'utf8')).toBe('one')
})
