import { describe, expect, test } from 'vitest'
import { BOARD, configOf, faultOf, TABLE } from './samples.ts'

const KEYS = 'known keys: store, tree, state, export, ignore, mybb, collections'

/** A collection with one setting replaced. */
const collection = (change: Record<string, string>): string => {
  const settings = { table: 't', key: 'id', path: '"{id}.txt"', content: 'body', ...change }
  return `  b: { ${Object.entries(settings).map(([name, value]) => `${name}: ${value}`).join(', ')} }`
}

const TEMP_SUFFIX = 'must be a dot, then letters, digits, ".", "_" or "-", no dot at the end, 16 characters at most'

/** Name, text, place and message. */
const SINGLE: [string, string, string, string][] = [
  ['unknown key, close', `${TABLE}export:\n  workrs: 3`, '7:3', 'unknown key "workrs" in export; did you mean "workers"?'],
  ['unknown key, other case', `${TABLE}export: { tempsuffix: .x }`, '6:11', 'unknown key "tempsuffix" in export; did you mean "tempSuffix"?'],
  ['unknown key at the root', `${TABLE}ignroe: []`, '6:1', 'unknown key "ignroe"; did you mean "ignore"?'],
  ['unknown key, not close', `${TABLE}watch: { poll: 2s }`, '6:1', `unknown key "watch"; ${KEYS}`],
  ['unknown key in a collection', TABLE + collection({ set: '{}' }), '6:60', 'unknown key "set" in collections.b; known keys: table, key, path, content'],
  ['unknown key in store', 'store: { url: s, urls: s, preset: mybb }\ntree: x', '1:18', 'unknown key "urls" in store; did you mean "url"?'],
  ['unknown key in mybb', `${BOARD}mybb: { mastr: true }`, '3:9', 'unknown key "mastr" in mybb; did you mean "master"?'],
  ['unknown key that is no name', `${TABLE}"a b": 1`, '6:1', `unknown key; ${KEYS}`],
  ['prototype as a key', `${TABLE}__proto__: {}`, '6:1', `unknown key "__proto__"; ${KEYS}`],
  ['merge key', `${TABLE}<<: {}`, '6:1', `unknown key; ${KEYS}`],

  ['store missing', 'tree: x', '1:1', 'store is missing'],
  ['store.url missing', 'tree: x\nstore: { preset: mybb }', '2:1', 'store.url is missing'],
  ['store.url without a value', 'tree: x\nstore:\n  preset: mybb\n  url:', '4:3', 'store.url has no value; give it one or remove the key'],
  ['store.url empty', 'tree: x\nstore: { url: "", preset: mybb }', '2:15', 'store.url must not be empty'],
  ['store as text', 'tree: x\nstore: sqlite:x', '2:8', 'store must be a map, not text'],
  ['preset unknown', 'store: { url: s, preset: phpbb }\ntree: x', '1:26', 'store.preset must be table or mybb'],
  ['prefix with other characters', 'store: { url: s, preset: mybb, prefix: a-b }\ntree: x', '1:40', 'store.prefix must hold only letters, digits and "_"'],
  ['prefix for a table', TABLE.replace('\ntree', '\n  prefix: a_\ntree'), '3:11', 'store.prefix has an effect with preset mybb only; remove the key'],
  ['tree missing', 'store: { url: s, preset: mybb }', '1:1', 'tree is missing'],
  ['tree as a number', 'store: { url: s, preset: mybb }\ntree: 5', '2:7', 'tree must be text, not a number; put it in quotes'],
  ['tree as a list', 'store: { url: s, preset: mybb }\ntree: [a]', '2:7', 'tree must be text, not a list'],
  ['state empty', `${TABLE}state: ''`, '6:8', 'state must not be empty'],
  ['state with NUL', `${TABLE}state: "a\\0"`, '6:8', 'state must not hold a NUL character'],

  ['section without a value', `${TABLE}export:\n  # workers: 2`, '6:1', 'export has no value; give it one or remove the key'],
  ['section as a list', `${TABLE}export: []`, '6:9', 'export must be a map, not a list'],
  ['fsync unknown', `${TABLE}export: { fsync: always }`, '6:18', 'export.fsync must be batch, file or off'],
  ['workers negative', `${TABLE}export: { workers: -1 }`, '6:20', 'export.workers must be auto or an integer from 0 to 64'],
  ['workers too many', `${TABLE}export: { workers: 65 }`, '6:20', 'export.workers must be auto or an integer from 0 to 64'],
  ['workers a fraction', `${TABLE}export: { workers: 1.5 }`, '6:20', 'export.workers must be auto or an integer from 0 to 64'],
  ['workers as text', `${TABLE}export: { workers: "2" }`, '6:20', 'export.workers must be auto or an integer from 0 to 64, not text'],
  ['prune as text', `${TABLE}export: { prune: yes }`, '6:18', 'export.prune must be true or false, not text'],
  ['tempSuffix without a dot', `${TABLE}export: { tempSuffix: tmp }`, '6:23', `export.tempSuffix ${TEMP_SUFFIX}`],
  ['tempSuffix of a dot', `${TABLE}export: { tempSuffix: . }`, '6:23', `export.tempSuffix ${TEMP_SUFFIX}`],
  ['tempSuffix with a dot at the end', `${TABLE}export: { tempSuffix: .a. }`, '6:23', `export.tempSuffix ${TEMP_SUFFIX}`],
  ['tempSuffix with a slash', `${TABLE}export: { tempSuffix: ./a }`, '6:23', `export.tempSuffix ${TEMP_SUFFIX}`],
  ['tempSuffix too long', `${TABLE}export: { tempSuffix: .a2345678901234-x }`, '6:23', `export.tempSuffix ${TEMP_SUFFIX}`],
  ['ignore as text', `${TABLE}ignore: "*.bak"`, '6:9', 'ignore must be a list of patterns, not text'],
  ['ignore with a number', `${TABLE}ignore:\n  - a\n  - 3`, '8:5', 'ignore[1] must be text, not a number; put it in quotes'],
  ['mybb for a table', `${TABLE}mybb: {}`, '6:7', 'mybb has an effect with preset mybb only; remove the key'],
  ['mybb.master as a number', `${BOARD}mybb: { master: 1 }`, '3:17', 'mybb.master must be true or false, not a number'],

  ['collections missing', 'store: { url: s }\ntree: x', '1:1', 'collections is missing; preset table needs at least one collection'],
  ['collections empty', 'store: { url: s }\ntree: x\ncollections: {}', '3:14', 'collections must name at least one collection'],
  ['collections without a value', 'store: { url: s }\ntree: x\ncollections:', '3:1', 'collections has no value; give it one or remove the key'],
  ['collections as a list', 'store: { url: s }\ntree: x\ncollections: []', '3:14', 'collections must be a map, not a list'],
  ['collections for a board', `${BOARD}collections: {}`, '3:14', 'collections cannot go with preset mybb, which brings its own; remove the key'],
  ['collection without a value', `${TABLE}  b:`, '6:3', 'collections.b has no value; give it one or remove the key'],
  ['collection with a bad name', `${TABLE}  a b: {}`, '6:3', 'a name in collections must be made of letters, digits, "_" and "-"'],
  ['collection named like the prototype', `${TABLE}  __proto__: {}`, '5:3', 'collections must not name a collection "__proto__"'],
  ['table missing', `${TABLE}  b: { key: id, path: "{id}", content: c }`, '6:3', 'collections.b.table is missing'],
  ['key empty', TABLE + collection({ key: '[]' }), '6:23', 'collections.b.key must name at least one column'],
  ['key as a number', TABLE + collection({ key: '1' }), '6:23', 'collections.b.key must be a column or a list of columns, not a number; put it in quotes'],
  ['key as a map', TABLE + collection({ key: '{ a: b }' }), '6:23', 'collections.b.key must be a column or a list of columns, not a map'],
  ['key with a number', TABLE + collection({ key: '[id, 1]' }), '6:28', 'collections.b.key[1] must be text, not a number; put it in quotes'],
  ['key twice', TABLE + collection({ key: '[id, id]' }), '6:28', 'collections.b.key[1] names a column again: "id"'],
  ['key not in path', TABLE + collection({ key: '[id, lang]' }), '6:28', 'collections.b.key[1] names a column that path has no placeholder for: "lang"'],
  ['placeholder not a key', TABLE + collection({ path: '"{id}/{slug}"' }), '6:33', 'collections.b.path has a placeholder that is not a key column: "slug"'],
  ['placeholder without a name', TABLE + collection({ path: '"{id}/{}"' }), '6:33', 'collections.b.path has a placeholder that is not a key column: ""'],
  ['path not in quotes', TABLE + collection({ path: '{id}' }), '6:33', 'collections.b.path must be text, not a map'],
  ['content as a list', TABLE + collection({ content: '[a, b]' }), '6:54', 'collections.b.content must be one column; a list of columns is not supported in this version'],
  ['content as a flag', TABLE + collection({ content: 'true' }), '6:54', 'collections.b.content must be text, not a boolean; put it in quotes'],

  ['empty', '', '1:1', 'it is empty; it needs at least "store" and "tree"'],
  ['comments only', '# rowtree\n\n', '1:1', 'it is empty; it needs at least "store" and "tree"'],
  ['null', '---\n~\n', '1:1', 'it is empty; it needs at least "store" and "tree"'],
  ['text', 'sqlite:board.sqlite', '1:1', 'the configuration must be a map, not text'],
  ['a list', '\n- store', '2:1', 'the configuration must be a map, not a list'],
  ['several documents', `${TABLE}---\n${TABLE}`, '6:1', 'a second document starts here; keep one'],
  ['a key twice', `${TABLE}tree: x`, '6:1', 'the key "tree" occurs twice; remove one'],
  ['a key twice in quotes', `${TABLE}"tree" : x`, '6:1', 'the key "tree" occurs twice; remove one'],
  ['a key twice as a number', 'a:\n  1: x\n  "1": y', '3:3', 'the key "1" occurs twice; remove one'],
  ['a list as a key', `${TABLE}? [a]\n: b`, '6:3', 'a key must be text; put a path that starts with "{" in quotes'],
  ['a tab', `${TABLE}export:\n\tworkers: 1`, '7:1', 'a tab is in the indentation; use spaces'],
  ['a quote not closed', `${TABLE}state: "x`, '6:10', 'a quote, a colon, a comma or a space is missing'],
  ['a bracket not closed', `${TABLE}ignore: [a`, '6:11', 'the indentation does not fit, or a bracket is not closed'],
  ['a colon missing', `${TABLE}state ./x`, '6:1', 'a quote, a colon, a comma or a space is missing'],
  ['a second colon', `${TABLE}state: a: b`, '6:8', 'a second ":" is on this line; put a value that holds ": " in quotes'],
  ['a pattern that is an alias', `${TABLE}ignore: [*.bak]`, '6:10', 'an alias has no anchor before it; put a value that starts with "*" in quotes'],
  ['a pattern that is a tag', `${TABLE}ignore: [!x]`, '6:10', 'a tag is not known; put a value that starts with "!" in quotes'],
  ['a path that is a map and more', TABLE + collection({ path: '{id}/x' }), '6:37', 'something is here that YAML does not expect; put a value with special characters in quotes'],
  ['a reserved character', `${TABLE}state: @x`, '6:8', 'a value starts with a reserved character; put it in quotes'],
  ['a backslash', `${TABLE}state: "C:\\data"`, '6:11', 'an escape after "\\" is not known; use single quotes for a literal "\\"'],
  ['an alias that holds itself', `${TABLE}ignore: &a [*a]`, '6:13', 'ignore[0] must be text, not a list'],
  ['aliases of aliases', Array.from('bcdef', (name, i) => `${name}: &${name} [${`*${'abcde'[i]},`.repeat(9)}]`).join('\n').replace(/^/, 'a: &a [x]\n'), '1:1', 'there are too many aliases; write the values out'],
]

test.each(SINGLE)('%s', (_, text, place, message) => {
  const error = faultOf(() => configOf(text))
  expect(error.message).toBe(`Cannot read /x/rowtree.yaml:${place}: ${message}`)
  expect(error.code).toBe('config-invalid')
  expect(error.path).toBe('/x/rowtree.yaml')
})

test('values nested too deeply', () => {
  expect(faultOf(() => configOf('['.repeat(10_000))).message).toMatch(
    /^Cannot read \/x\/rowtree\.yaml:1:\d+: the values are nested too deeply$/,
  )
})

describe('several faults', () => {
  test('have a line each, in the order of the text', () => {
    const error = faultOf(() => configOf('store: {}\ncolections: {}\nexport: { workers: many, fsync: on }'))
    expect(error.message).toBe(`Cannot read /x/rowtree.yaml: 5 faults
  /x/rowtree.yaml:1:1: store.url is missing
  /x/rowtree.yaml:1:1: tree is missing
  /x/rowtree.yaml:2:1: unknown key "colections"; did you mean "collections"?
  /x/rowtree.yaml:3:20: export.workers must be auto or an integer from 0 to 64, not text
  /x/rowtree.yaml:3:33: export.fsync must be batch, file or off`)
  })

  test('beyond ten are counted', () => {
    const error = faultOf(() => configOf(TABLE + Array.from('abcdefghijklm', (name) => `x-${name}: 1\n`).join('')))
    expect(error.message.split('\n')).toHaveLength(12)
    expect(error.message).toMatch(/^Cannot read \/x\/rowtree\.yaml: 13 faults\n[^]*\n {2}and 3 more$/)
  })
})
