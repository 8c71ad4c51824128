import { describe, expect, test } from 'vitest'
import { type CollectionConfig, parseConfig } from '../../src/config.ts'
import type { SetValue } from '../../src/types.ts'
import { configOf, faultOf, TABLE } from './samples.ts'

/** The only collection of a config, with these settings beside the usual ones. */
const collectionOf = (settings: string): CollectionConfig =>
  configOf(`store: { url: s }\ntree: x\ncollections: { a: { table: t, key: id, path: "{id}", ${settings} } }`).collections[0]!

describe('a config', () => {
  test('of any table', () => {
    const config = parseConfig(
      `# yaml-language-server: $schema=./node_modules/rowtree/schema.json
store:
  url: sqlite:board.sqlite            # or another
  preset: table
tree: ./board
export: { fsync: file, workers: 2, tempSuffix: .part, prune: true }
guards: { allowEmpty: true, maxDelete: 12.5%, maxFileSize: 512KB }
onConflict: merge
history: { maxAge: 12h, maxSize: 1GB }
watch: { settle: 50ms, maxBatch: 10, rescan: 5m, poll: off, onImport: npm run clear-cache, oneWay: tree }
bench: { minSpeedup: 1.5, maxLatencyMs: 250, maxRss: 150MB }
ignore: ["*.bak", ".git/"]
collections:
  pages:
    table: pages
    key: [site, slug]
    path: "{site}/{slug}.html"
    content: body
    set: { updated_at: now, version: increment, editor: rowtree }
  notes: { table: note, key: id, path: "notes/{id}.yaml", content: [title, text] }
`,
      { file: '/srv/site/rowtree.yaml', directory: '/srv/site', env: {} },
    )
    expect(config).toEqual({
      store: { url: 'sqlite:board.sqlite', preset: 'table', prefix: '' },
      tree: '/srv/site/board',
      state: '/srv/site/.rowtree',
      export: { fsync: 'file', workers: 2, tempSuffix: '.part', prune: true },
      guards: { allowEmpty: true, maxDelete: { share: 0.125 }, maxFileSize: 524_288 },
      onConflict: 'merge',
      history: { maxAge: 43_200_000, maxSize: 1_073_741_824 },
      watch: { settle: 50, maxBatch: 10, rescan: 300_000, poll: 'off', onImport: 'npm run clear-cache', oneWay: 'tree' },
      bench: { minSpeedup: 1.5, maxLatencyMs: 250, maxRss: 157_286_400 },
      ignore: ['*.bak', '.git/'],
      mybb: { master: false, global: false },
      wordpress: {},
      options: {},
      collections: [
        {
          name: 'pages',
          table: 'pages',
          key: ['site', 'slug'],
          path: '{site}/{slug}.html',
          content: ['body'],
          structured: false,
          set: { updated_at: 'now', version: 'increment', editor: { value: 'rowtree' } },
        },
        { name: 'notes', table: 'note', key: ['id'], path: 'notes/{id}.yaml', content: ['title', 'text'], structured: true, set: {} },
      ],
      directory: '/srv/site',
      file: '/srv/site/rowtree.yaml',
    })
  })

  test('of a MyBB board', () => {
    const config = configOf('store: { url: sqlite:board.sqlite, preset: mybb, prefix: b1_ }\ntree: ./board\nmybb: { master: true }')
    expect(config.store).toEqual({ url: 'sqlite:board.sqlite', preset: 'mybb', prefix: 'b1_' })
    expect(config.mybb).toEqual({ master: true, global: false })
    expect(config.collections).toEqual([])
  })

  test('of parts of a board, with its directory', () => {
    const config = parseConfig('store: { url: sqlite:b.sqlite, preset: mybb }\ntree: x\nmybb: { global: true, sets: [A], themes: [B, C], board: ../forum }', { directory: '/srv/site', env: {} })
    expect(config.mybb).toEqual({ master: false, global: true, sets: ['A'], themes: ['B', 'C'], board: '/srv/forum' })
  })

  test.each([
    ['wordpress', 'wordpress', 'wp_'],
    ['settings', 'settings', ''],
    ['./presets/shop.ts', { module: '/x/presets/shop.ts' }, ''],
    ['../shop.js', { module: '/shop.js' }, ''],
    ['/srv/shop.ts', { module: '/srv/shop.ts' }, ''],
  ])('of the preset %s', (written, preset, prefix) => {
    expect(configOf(`store: { url: sqlite:a.db, preset: ${written} }\ntree: x${written === 'settings' ? '\nsettings: { table: t, name: n, value: v }' : ''}`).store).toEqual({ url: 'sqlite:a.db', preset, prefix })
  })

  test('tells a preset of your own what it is told itself', () => {
    const config = configOf('store: { url: sqlite:a.db, preset: ./p.ts }\ntree: x\noptions: { shop: { name: "${NAME}" }, tables: [a, 2] }', { NAME: 'north' })
    expect(config.options).toEqual({ shop: { name: 'north' }, tables: ['a', 2] })
  })

  test.each([
    ['true', { verify: true }],
    ['{}', { verify: true }],
    ['{ ca: ca.pem, verify: false }', { ca: '/x/ca.pem', verify: false }],
    ['{ ca: ../ca.pem, cert: /etc/c.pem, key: "${KEY}" }', { ca: '/ca.pem', cert: '/etc/c.pem', key: '/x/k/key.pem', verify: true }],
  ])('of a server with tls: %s', (tls, expected) => {
    for (const scheme of ['mysql', 'mariadb', 'postgres', 'postgresql', 'POSTGRES']) {
      expect(configOf(`store: { url: "${scheme}://me@db/site", preset: mybb, tls: ${tls} }\ntree: x`, { KEY: 'k/key.pem' }).store.tls).toEqual(expected)
    }
  })

  test('has every default', () => {
    const { store, state, export: exporting, guards, onConflict, history, watch, ignore, mybb } = configOf(TABLE)
    expect({ store, state, exporting, guards, onConflict, history, watch, ignore, mybb }).toEqual({
      store: { url: 'sqlite:board.sqlite', preset: 'table', prefix: '' },
      state: '/x/.rowtree',
      exporting: { fsync: 'batch', workers: 'auto', tempSuffix: '.tmp', prune: false },
      guards: { allowEmpty: false, maxDelete: { share: 0.25 }, maxFileSize: 8 * 1024 * 1024 },
      onConflict: 'keep',
      history: { maxAge: 30 * 24 * 60 * 60 * 1000, maxSize: 256 * 1024 * 1024 },
      watch: { settle: 100, maxBatch: 500, rescan: 60_000, poll: 2_000 },
      ignore: [],
      mybb: { master: false, global: false },
    })
  })

  test.each([
    ['one key of a section keeps the defaults of the others', 'export: { workers: 0 }', { fsync: 'batch', workers: 0, tempSuffix: '.tmp', prune: false }],
    ['an empty section has all defaults', 'export: {}', { fsync: 'batch', workers: 'auto', tempSuffix: '.tmp', prune: false }],
    ['what is written wins', 'export: { fsync: off, workers: 64, tempSuffix: .a234567890123-x, prune: true }', { fsync: 'off', workers: 64, tempSuffix: '.a234567890123-x', prune: true }],
  ])('%s', (_, more, expected) => {
    expect(configOf(TABLE + more).export).toEqual(expected)
  })

  test.each(['keep', 'store', 'tree', 'merge'])('onConflict %s', (onConflict) => {
    expect(configOf(`${TABLE}onConflict: ${onConflict}`).onConflict).toBe(onConflict)
  })

  test.each([
    ['one guard keeps the defaults of the others', '{ maxDelete: 10 }', { allowEmpty: false, maxDelete: { count: 10 }, maxFileSize: 8_388_608 }],
    ['no deletion at all', '{ maxDelete: 0 }', { allowEmpty: false, maxDelete: { count: 0 }, maxFileSize: 8_388_608 }],
    ['a bare number is bytes', '{ maxFileSize: 1000 }', { allowEmpty: false, maxDelete: { share: 0.25 }, maxFileSize: 1000 }],
  ])('%s', (_, guards, expected) => {
    expect(configOf(`${TABLE}guards: ${guards}`).guards).toEqual(expected)
  })

  test('one limit of history keeps the default of the other', () => {
    expect(configOf(`${TABLE}history: { maxSize: 0 }`).history).toEqual({ maxAge: 2_592_000_000, maxSize: 0 })
  })

  test.each([
    ['one setting keeps the defaults of the others', '{ poll: 5s }', { settle: 100, maxBatch: 500, rescan: 60_000, poll: 5_000 }],
    ['an empty section has all defaults', '{}', { settle: 100, maxBatch: 500, rescan: 60_000, poll: 2_000 }],
    ['off', '{ rescan: off, poll: off }', { rescan: 'off', poll: 'off' }],
    ['off, as YAML 1.1 writes it anew', '{ rescan: false, poll: false }', { rescan: 'off', poll: 'off' }],
    ['the least of each', '{ settle: 0ms, maxBatch: 1, rescan: 1000ms, poll: 0.1s }', { settle: 0, maxBatch: 1, rescan: 1_000, poll: 100 }],
    ['the most of each', '{ settle: 1m, maxBatch: 100000, rescan: 1d, poll: 24h }', { settle: 60_000, maxBatch: 100_000, rescan: 86_400_000, poll: 86_400_000 }],
    ['the store alone', '{ oneWay: store }', { oneWay: 'store', poll: 2_000 }],
    ['the tree alone, and no polling', '{ oneWay: tree, poll: off }', { oneWay: 'tree', poll: 'off' }],
  ])('watch: %s', (_, written, watch) => {
    expect(configOf(`${TABLE}watch: ${written}`).watch).toMatchObject(watch)
  })

  test.each([
    ['one column is the file', 'body', ['body'], false],
    ['a list of one is a map of one', '[body]', ['body'], true],
    ['a list keeps its order', '[c, a, b]', ['c', 'a', 'b'], true],
    ['200 columns', `[${Array.from({ length: 200 }, (_, index) => `c${index}`).join()}]`, Array.from({ length: 200 }, (_, index) => `c${index}`), true],
  ])('content: %s', (_, written, content, structured) => {
    expect(collectionOf(`content: ${written}`)).toMatchObject({ content, structured, set: {} })
  })

  test.each<[string, SetValue]>([
    ['now', 'now'],
    ['"now"', 'now'],
    ['increment', 'increment'],
    ['rowtree', { value: 'rowtree' }],
    ['""', { value: '' }],
    ['nowhere', { value: 'nowhere' }],
    ['0', { value: 0 }],
    ['-1.5', { value: -1.5 }],
    ['true', { value: true }],
    ['no', { value: 'no' }],
    ['2026-01-31', { value: '2026-01-31' }],
    ['"9007199254740993"', { value: '9007199254740993' }],
    ['{ value: now }', { value: 'now' }],
    ['{ value: Increment }', { value: 'Increment' }],
    ['{ value: null }', { value: null }],
    ['{ value: 9007199254740991 }', { value: 9_007_199_254_740_991 }],
    ['{ value: false }', { value: false }],
  ])('set: %s', (written, value) => {
    expect(collectionOf(`content: body, set: { constructor: ${written} }`).set).toEqual({ constructor: value })
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

  test('lines may end with CRLF, also after a byte order mark', () => {
    const more = 'guards: { maxDelete: 5% }\nonConflict: tree\n'
    const config = configOf(TABLE + more)
    expect(configOf((TABLE + more).replaceAll('\n', '\r\n'))).toEqual(config)
    expect(configOf(`\uFEFF${(TABLE + more).replaceAll('\n', '\r\n')}`)).toEqual(config)
  })

  test('neither moves the place of a fault', () => {
    const message = faultOf(() => configOf(`${TABLE}guards: { maxDelete: 5 percent }`)).message
    expect(message).toContain(':6:22: ')
    expect(faultOf(() => configOf(`\uFEFF${`${TABLE}guards: { maxDelete: 5 percent }`.replaceAll('\n', '\r\n')}`)).message).toBe(message)
    expect(faultOf(() => configOf('\uFEFFtreee: x')).message).toBe(faultOf(() => configOf('treee: x')).message)
  })

  test('an alias repeats a value', () => {
    const config = configOf('store: { url: s }\ntree: x\ncollections:\n  a: &a { table: t, key: id, path: "{id}", content: c }\n  b: *a')
    expect(config.collections.map(({ name, table }) => [name, table])).toEqual([['a', 't'], ['b', 't']])
  })

  test('no file, no name: line and column alone', () => {
    expect(faultOf(() => parseConfig(`${TABLE}watsh: {}`, { directory: '/x', env: {} })).message).toBe(
      'Cannot read the configuration at 6:1: unknown key "watsh"; did you mean "watch"?',
    )
  })
})
