import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { configOf, faultOf, TABLE } from './samples.ts'

describe('a config', () => {
  test('of any table', () => {
    const config = parseConfig(
      `# yaml-language-server: $schema=./node_modules/rowtree/schema.json
store:
  url: sqlite:board.sqlite            # or another
  preset: table
tree: ./board
export: { fsync: file, workers: 2, tempSuffix: .part, prune: true }
ignore: ["*.bak", ".git/"]
collections:
  pages:
    table: pages
    key: [site, slug]
    path: "{site}/{slug}.html"
    content: body
  notes: { table: note, key: id, path: "notes/{id}.md", content: text }
`,
      { file: '/srv/site/rowtree.yaml', directory: '/srv/site', env: {} },
    )
    expect(config).toEqual({
      store: { url: 'sqlite:board.sqlite', preset: 'table', prefix: 'mybb_' },
      tree: '/srv/site/board',
      state: '/srv/site/.rowtree',
      export: { fsync: 'file', workers: 2, tempSuffix: '.part', prune: true },
      ignore: ['*.bak', '.git/'],
      mybb: { master: false },
      collections: [
        { name: 'pages', table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' },
        { name: 'notes', table: 'note', key: ['id'], path: 'notes/{id}.md', content: 'text' },
      ],
      directory: '/srv/site',
      file: '/srv/site/rowtree.yaml',
    })
  })

  test('of a MyBB board', () => {
    const config = configOf('store: { url: sqlite:board.sqlite, preset: mybb, prefix: b1_ }\ntree: ./board\nmybb: { master: true }')
    expect(config.store).toEqual({ url: 'sqlite:board.sqlite', preset: 'mybb', prefix: 'b1_' })
    expect(config.mybb).toEqual({ master: true })
    expect(config.collections).toEqual([])
  })

  test('has every default', () => {
    const { store, state, export: exporting, ignore, mybb } = configOf(TABLE)
    expect({ store, state, exporting, ignore, mybb }).toEqual({
      store: { url: 'sqlite:board.sqlite', preset: 'table', prefix: 'mybb_' },
      state: '/x/.rowtree',
      exporting: { fsync: 'batch', workers: 'auto', tempSuffix: '.tmp', prune: false },
      ignore: [],
      mybb: { master: false },
    })
  })

  test.each([
    ['one key of a section keeps the defaults of the others', 'export: { workers: 0 }', { fsync: 'batch', workers: 0, tempSuffix: '.tmp', prune: false }],
    ['an empty section has all defaults', 'export: {}', { fsync: 'batch', workers: 'auto', tempSuffix: '.tmp', prune: false }],
    ['what is written wins', 'export: { fsync: off, workers: 64, tempSuffix: .a234567890123-x, prune: true }', { fsync: 'off', workers: 64, tempSuffix: '.a234567890123-x', prune: true }],
  ])('%s', (_, more, expected) => {
    expect(configOf(TABLE + more).export).toEqual(expected)
  })

  test.each([
    ['relative paths begin at the directory', 'state: ../state', '/state'],
    ['absolute paths stay', 'state: /var/lib/rowtree', '/var/lib/rowtree'],
  ])('%s', (_, more, state) => {
    expect(configOf(TABLE + more).state).toBe(state)
  })

  test('an empty prefix is a prefix', () => {
    expect(configOf('store: { url: s, preset: mybb, prefix: "" }\ntree: x').store.prefix).toBe('')
  })

  test('a byte order mark is not part of it', () => {
    expect(configOf(`\uFEFF${TABLE}`).tree).toBe('/x/board')
  })

  test('an alias repeats a value', () => {
    const config = configOf('store: { url: s }\ntree: x\ncollections:\n  a: &a { table: t, key: id, path: "{id}", content: c }\n  b: *a')
    expect(config.collections.map(({ name, table }) => [name, table])).toEqual([['a', 't'], ['b', 't']])
  })

  test('no file, no name: line and column alone', () => {
    expect(faultOf(() => parseConfig(`${TABLE}watch: {}`, { directory: '/x', env: {} })).message).toBe(
      'Cannot read the configuration at 6:1: unknown key "watch"; known keys: store, tree, state, export, ignore, mybb, collections',
    )
  })
})
