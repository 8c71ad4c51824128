import { describe, expect, test } from 'vitest'
import { BOARD, configOf, faultOf, TABLE } from './samples.ts'

const KEYS = 'known keys: store, tree, state, export, guards, onConflict, history, watch, bench, ignore, mybb, wordpress, settings, options, collections'

/** A collection with one setting replaced. */
const collection = (change: Record<string, string>): string => {
  const settings = { table: 't', key: 'id', path: '"{id}.txt"', content: 'body', ...change }
  return `  b: { ${Object.entries(settings).map(([name, value]) => `${name}: ${value}`).join(', ')} }`
}

const SETTINGS = 'store: { url: s, preset: settings }\ntree: x\nsettings: { table: t, name: n, value: v, '
const A_PRESET = 'must be table, mybb, wordpress, settings, or the path of a module such as ./preset.ts'

/** A store on a server; a test puts its setting before the brace. */
const SERVER = 'store: { url: "mysql://me@db/board", preset: mybb, prefix: a_ }\ntree: x'

const TEMP_SUFFIX = 'must be a dot, then letters, digits, ".", "_" or "-", no dot at the end, 16 characters at most'

const LIMIT = 'must be a percentage from 0% to 100% or a whole number of rows'
const SIZE = (middle: string): string => `must be a size such as 512KB, ${middle} or 1GB, or a whole number of bytes`
const AGE = 'must be a duration such as 90s, 10m, 12h, 30d or 2w'
const TIME = 'must be a duration such as 100ms, 2s or 1m'
const COUNT = 'must be an integer from 1 to 100000'
const UNASKED = 'watch.oneWay cannot be store where watch.poll is off, since nobody would ask the store; set watch.poll'

/** Name, text, place and message. */
const SINGLE: [string, string, string, string][] = [
  ['unknown key, close', `${TABLE}export:\n  workrs: 3`, '7:3', 'unknown key "workrs" in export; did you mean "workers"?'],
  ['unknown key, other case', `${TABLE}export: { tempsuffix: .x }`, '6:11', 'unknown key "tempsuffix" in export; did you mean "tempSuffix"?'],
  ['unknown key at the root', `${TABLE}ignroe: []`, '6:1', 'unknown key "ignroe"; did you mean "ignore"?'],
  ['unknown key, not close', `${TABLE}reload: { port: 1 }`, '6:1', `unknown key "reload"; ${KEYS}`],
  ['unknown key in a collection', TABLE + collection({ order: 'id' }), '6:60', 'unknown key "order" in collections.b; known keys: table, key, path, content, set, format, where'],
  ['unknown key in guards', `${TABLE}guards: { maxdelte: 1% }`, '6:11', 'unknown key "maxdelte" in guards; did you mean "maxDelete"?'],
  ['unknown key in history', `${TABLE}history: { keep: 1d }`, '6:12', 'unknown key "keep" in history; known keys: maxAge, maxSize'],
  ['unknown key beside a literal', TABLE + collection({ set: '{ a: { value: 1, type: int } }' }), '6:82', 'unknown key "type" in collections.b.set.a; known keys: value'],
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
  ['preset unknown', 'store: { url: s, preset: phpbb }\ntree: x', '1:26', `store.preset ${A_PRESET}`],
  ['preset as a number', 'store: { url: s, preset: 1 }\ntree: x', '1:26', `store.preset ${A_PRESET}, not a number`],
  ['preset of a module without a dot', 'store: { url: s, preset: preset.ts }\ntree: x', '1:26', `store.preset ${A_PRESET}`],
  ['preset without a value', 'store: { url: s, preset: }\ntree: x', '1:18', 'store.preset has no value; give it one or remove the key'],
  ['tls off', `${SERVER.replace('}', ', tls: false }')}`, '1:70', 'store.tls must be true or a map, not a boolean'],
  ['tls as a path', `${SERVER.replace('}', ', tls: ca.pem }')}`, '1:70', 'store.tls must be true or a map, not text'],
  ['unknown key in tls', `${SERVER.replace('}', ', tls: { crt: a } }')}`, '1:72', 'unknown key "crt" in store.tls; did you mean "cert"?'],
  ['unknown key in tls, not close', `${SERVER.replace('}', ', tls: { a: a } }')}`, '1:72', 'unknown key "a" in store.tls; known keys: ca, cert, key, verify'],
  ['tls.ca empty', `${SERVER.replace('}', ', tls: { ca: "" } }')}`, '1:76', 'store.tls.ca must not be empty'],
  ['tls.verify as text', `${SERVER.replace('}', ', tls: { verify: no } }')}`, '1:80', 'store.tls.verify must be true or false, not text'],
  ['tls.cert without its key', `${SERVER.replace('}', ', tls: { cert: a } }')}`, '1:78', 'store.tls.cert needs the key that belongs to it; set key'],
  ['tls.key without its certificate', `${SERVER.replace('}', ', tls: { key: a } }')}`, '1:77', 'store.tls.key needs the certificate that belongs to it; set cert'],
  ['tls for a file', TABLE.replace('\ntree', '\n  tls: true\ntree'), '3:8', 'store.tls has an effect with MySQL, MariaDB and PostgreSQL only; remove the key'],
  ['prefix with other characters', 'store: { url: s, preset: mybb, prefix: a-b }\ntree: x', '1:40', 'store.prefix must hold only letters, digits and "_"'],
  ['prefix for a table', TABLE.replace('\ntree', '\n  prefix: a_\ntree'), '3:11', 'store.prefix has an effect with the presets mybb and wordpress only; remove the key'],
  ['prefix for settings', 'store: { url: s, preset: settings, prefix: a_ }\ntree: x\nsettings: { table: t, name: n, value: v }', '1:44', 'store.prefix has an effect with the presets mybb and wordpress only; remove the key'],
  ['prefix for a preset of one\'s own', 'store: { url: s, preset: ./p.ts, prefix: a_ }\ntree: x', '1:42', 'store.prefix has an effect with the presets mybb and wordpress only; remove the key'],
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
  ['guards as text', `${TABLE}guards: off`, '6:9', 'guards must be a map, not text'],
  ['allowEmpty as text', `${TABLE}guards: { allowEmpty: yes }`, '6:23', 'guards.allowEmpty must be true or false, not text'],
  ['maxDelete without a value', `${TABLE}guards: { maxDelete: }`, '6:11', 'guards.maxDelete has no value; give it one or remove the key'],
  ['maxDelete as a flag', `${TABLE}guards: { maxDelete: true }`, '6:22', `guards.maxDelete ${LIMIT}, not a boolean`],
  ['maxDelete over all', `${TABLE}guards: { maxDelete: 100.1% }`, '6:22', `guards.maxDelete ${LIMIT}`],
  ['maxDelete negative', `${TABLE}guards: { maxDelete: -1 }`, '6:22', `guards.maxDelete ${LIMIT}`],
  ['maxDelete a fraction of a row', `${TABLE}guards: { maxDelete: 0.25 }`, '6:22', `guards.maxDelete ${LIMIT}`],
  ['maxFileSize of another unit', `${TABLE}guards: { maxFileSize: 8 apples }`, '6:24', `guards.maxFileSize ${SIZE('8MB')}`],
  ['maxFileSize as a list', `${TABLE}guards: { maxFileSize: [8MB] }`, '6:24', `guards.maxFileSize ${SIZE('8MB')}, not a list`],
  ['maxFileSize of nothing', `${TABLE}guards: { maxFileSize: 0 }`, '6:24', 'guards.maxFileSize must be at least one byte'],
  ['maxFileSize infinite', `${TABLE}guards: { maxFileSize: .inf }`, '6:24', `guards.maxFileSize ${SIZE('8MB')}`],
  ['onConflict unknown', `${TABLE}onConflict: newest`, '6:13', 'onConflict must be keep, store, tree or merge'],
  ['onConflict as a list', `${TABLE}onConflict: [tree]`, '6:13', 'onConflict must be keep, store, tree or merge'],
  ['maxAge without a unit', `${TABLE}history: { maxAge: 30 }`, '6:20', `history.maxAge ${AGE}`],
  ['maxAge of another unit', `${TABLE}history: { maxAge: 3 months }`, '6:20', `history.maxAge ${AGE}`],
  ['maxAge too long', `${TABLE}history: { maxAge: 99999999999w }`, '6:20', `history.maxAge ${AGE}`],
  ['maxSize of another unit', `${TABLE}history: { maxSize: 1d }`, '6:21', `history.maxSize ${SIZE('256MB')}`],
  ['watch as a flag', `${TABLE}watch: true`, '6:8', 'watch must be a map, not a boolean'],
  ['watch without a value', `${TABLE}watch:\n  # poll: 2s`, '6:1', 'watch has no value; give it one or remove the key'],
  ['unknown key in watch, close', `${TABLE}watch: { maxbatch: 3 }`, '6:10', 'unknown key "maxbatch" in watch; did you mean "maxBatch"?'],
  ['unknown key in watch', `${TABLE}watch: { hook: x }`, '6:10', 'unknown key "hook" in watch; known keys: settle, maxBatch, rescan, poll, onImport, oneWay'],
  ['settle without a unit', `${TABLE}watch: { settle: 100 }`, '6:18', `watch.settle ${TIME}`],
  ['settle of another unit', `${TABLE}watch: { settle: 100MS }`, '6:18', `watch.settle ${TIME}`],
  ['settle off', `${TABLE}watch: { settle: off }`, '6:18', `watch.settle ${TIME}`],
  ['settle as a flag', `${TABLE}watch: { settle: false }`, '6:18', `watch.settle ${TIME}, not a boolean`],
  ['settle too long', `${TABLE}watch: { settle: 60001ms }`, '6:18', 'watch.settle must be one minute at the most'],
  ['maxBatch of nothing', `${TABLE}watch: { maxBatch: 0 }`, '6:20', `watch.maxBatch ${COUNT}`],
  ['maxBatch too large', `${TABLE}watch: { maxBatch: 100001 }`, '6:20', `watch.maxBatch ${COUNT}`],
  ['maxBatch a fraction', `${TABLE}watch: { maxBatch: 1.5 }`, '6:20', `watch.maxBatch ${COUNT}`],
  ['maxBatch infinite', `${TABLE}watch: { maxBatch: .inf }`, '6:20', `watch.maxBatch ${COUNT}`],
  ['maxBatch as text', `${TABLE}watch: { maxBatch: "5" }`, '6:20', `watch.maxBatch ${COUNT}, not text`],
  ['maxBatch without a value', `${TABLE}watch: { maxBatch: }`, '6:10', 'watch.maxBatch has no value; give it one or remove the key'],
  ['rescan too often', `${TABLE}watch: { rescan: 999ms }`, '6:18', 'watch.rescan must be one second at least, or off'],
  ['rescan too rare for a timer', `${TABLE}watch: { rescan: 25d }`, '6:18', 'watch.rescan must be one day at the most, or off'],
  ['rescan on', `${TABLE}watch: { rescan: true }`, '6:18', `watch.rescan ${TIME}, or off, not a boolean`],
  ['rescan as a list', `${TABLE}watch: { rescan: [60s] }`, '6:18', `watch.rescan ${TIME}, or off, not a list`],
  ['poll too often', `${TABLE}watch: { poll: 99ms }`, '6:16', 'watch.poll must be 100ms at least, or off'],
  ['poll too rare for a timer', `${TABLE}watch: { poll: 1.1d }`, '6:16', 'watch.poll must be one day at the most, or off'],
  ['poll without a unit', `${TABLE}watch: { poll: 2 }`, '6:16', `watch.poll ${TIME}, or off`],
  ['poll of another word', `${TABLE}watch: { poll: never }`, '6:16', `watch.poll ${TIME}, or off`],
  ['poll off in capitals', `${TABLE}watch: { poll: OFF }`, '6:16', `watch.poll ${TIME}, or off`],
  ['poll without a value', `${TABLE}watch: { poll: }`, '6:10', 'watch.poll has no value; give it one or remove the key'],
  ['onImport empty', `${TABLE}watch: { onImport: "" }`, '6:20', 'watch.onImport must not be empty'],
  ['onImport with NUL', `${TABLE}watch: { onImport: "a\\0" }`, '6:20', 'watch.onImport must not hold a NUL character'],
  ['onImport as a list', `${TABLE}watch: { onImport: [npm, run, x] }`, '6:20', 'watch.onImport must be text, not a list'],
  ['onImport as a flag', `${TABLE}watch: { onImport: false }`, '6:20', 'watch.onImport must be text, not a boolean; put it in quotes'],
  ['oneWay unknown', `${TABLE}watch: { oneWay: both }`, '6:18', 'watch.oneWay must be tree or store'],
  ['oneWay as a flag', `${TABLE}watch: { oneWay: true }`, '6:18', 'watch.oneWay must be tree or store'],
  ['oneWay store, which nobody asks', `${TABLE}watch: { oneWay: store, poll: off }`, '6:18', UNASKED],
  ['oneWay store, which nobody asks in YAML 1.1', `${TABLE}watch: { poll: false, oneWay: store }`, '6:31', UNASKED],
  ['unknown key in bench', `${TABLE}bench: { maxLatency: 5 }`, '6:10', 'unknown key "maxLatency" in bench; did you mean "maxLatencyMs"?'],
  ['bench as a number', `${TABLE}bench: 2`, '6:8', 'bench must be a map, not a number'],
  ['minSpeedup of nothing', `${TABLE}bench: { minSpeedup: 0 }`, '6:22', 'bench.minSpeedup must be a number above 0, such as 1.5'],
  ['minSpeedup infinite', `${TABLE}bench: { minSpeedup: .inf }`, '6:22', 'bench.minSpeedup must be a number above 0, such as 1.5'],
  ['minSpeedup as text', `${TABLE}bench: { minSpeedup: 2x }`, '6:22', 'bench.minSpeedup must be a number above 0, such as 1.5, not text'],
  ['minSpeedup without a value', `${TABLE}bench: { minSpeedup: }`, '6:10', 'bench.minSpeedup has no value; give it one or remove the key'],
  ['maxLatencyMs negative', `${TABLE}bench: { maxLatencyMs: -1 }`, '6:24', 'bench.maxLatencyMs must be a number of milliseconds above 0'],
  ['maxLatencyMs with a unit', `${TABLE}bench: { maxLatencyMs: 200ms }`, '6:24', 'bench.maxLatencyMs must be a number of milliseconds above 0, not text'],
  ['maxRss of another unit', `${TABLE}bench: { maxRss: 2 s }`, '6:18', 'bench.maxRss must be a size such as 150MB or 1GB, or a whole number of bytes'],
  ['maxRss of nothing', `${TABLE}bench: { maxRss: 0 }`, '6:18', 'bench.maxRss must be at least one byte'],
  ['maxRss as a flag', `${TABLE}bench: { maxRss: true }`, '6:18', 'bench.maxRss must be a size such as 150MB or 1GB, or a whole number of bytes, not a boolean'],
  ['ignore as text', `${TABLE}ignore: "*.bak"`, '6:9', 'ignore must be a list of patterns, not text'],
  ['ignore with a number', `${TABLE}ignore:\n  - a\n  - 3`, '8:5', 'ignore[1] must be text, not a number; put it in quotes'],
  ['mybb for a table', `${TABLE}mybb: {}`, '6:7', 'mybb has an effect with preset mybb only; remove the key'],
  ['mybb.sets empty', `${BOARD}mybb: { sets: [] }`, '3:15', 'mybb.sets must name one at least; remove the key for all'],
  ['mybb.themes as a text', `${BOARD}mybb: { themes: Default }`, '3:17', 'mybb.themes must be a list of names, not text'],
  ['mybb for another preset', 'store: { url: s, preset: wordpress }\ntree: x\nmybb: {}', '3:7', 'mybb has an effect with preset mybb only; remove the key'],
  ['wordpress for a board', `${BOARD}wordpress: {}`, '3:12', 'wordpress has an effect with preset wordpress only; remove the key'],
  ['settings for a table', `${TABLE}settings: { table: t, name: n, value: v }`, '6:11', 'settings has an effect with preset settings only; remove the key'],
  ['options for a board', `${BOARD}options: { a: 1 }`, '3:10', 'options has an effect with a preset of your own only; remove the key'],
  ['options as a list', 'store: { url: s, preset: ./p.ts }\ntree: x\noptions: [a]', '3:10', 'options must be a map, not a list'],
  ['options named like the prototype', 'store: { url: s, preset: ./p.ts }\ntree: x\noptions: { __proto__: 1 }', '3:10', 'options must not name a setting "__proto__"'],
  ['collections for a preset of one\'s own', 'store: { url: s, preset: ./p.ts }\ntree: x\ncollections: {}', '3:14', 'collections cannot go with a preset of your own, which brings its own; remove the key'],
  ['unknown key where there is none', 'store: { url: s, preset: wordpress }\ntree: x\nwordpress: { a: 1 }', '3:14', 'unknown key "a" in wordpress; it takes none'],
  ['settings missing', 'store: { url: s, preset: settings }\ntree: x', '1:1', 'settings is missing; preset settings needs the table and its columns'],
  ['settings.path without a group', `${SETTINGS}path: "{group}.yaml" }`, '3:48', 'settings.path has a placeholder, but there is no group; set settings.group'],
  ['settings.path without its placeholder', `${SETTINGS}group: g, path: all.yaml }`, '3:58', 'settings.path must have the placeholder {group} and no other'],
  ['settings.kinds of another kind', `${SETTINGS}kinds: { a: date } }`, '3:54', 'settings.kinds.a must be integer or boolean'],
  ['settings.group without an id', `${SETTINGS}group: { column: c, table: g, id: i, name: n } }`, '3:1', 'settings.id is missing; a group of another table needs the column that alone names a setting'],
  ['mybb.master as a number', `${BOARD}mybb: { master: 1 }`, '3:17', 'mybb.master must be true or false, not a number'],

  ['collections missing', 'store: { url: s }\ntree: x', '1:1', 'collections is missing; preset table needs at least one collection'],
  ['collections empty', 'store: { url: s }\ntree: x\ncollections: {}', '3:14', 'collections must name at least one collection'],
  ['format of one column', TABLE + collection({ format: 'front-matter' }), '6:68', 'collections.b.format takes a list of columns as content, of which the last is the text'],
  ['another format', TABLE + collection({ content: '[a, c]', format: 'toml' }), '6:70', 'collections.b.format must be front-matter, or absent'],
  ['where with a key column', TABLE + collection({ where: '{ id: 1 }' }), '6:69', 'collections.b.where.id is a column that the path decides; remove the key'],
  ['where with a column that is set', TABLE + collection({ set: '{ a: 1 }', where: '{ A: 1 }' }), '6:84', 'collections.b.where.A is a column that another key decides; remove the key'],
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
  ['content as a flag', TABLE + collection({ content: 'true' }), '6:54', 'collections.b.content must be a column or a list of columns, not a boolean; put it in quotes'],
  ['content as a map', TABLE + collection({ content: '{ a: b }' }), '6:54', 'collections.b.content must be a column or a list of columns, not a map'],
  ['content missing', `${TABLE}  b: { table: t, key: id, path: "{id}" }`, '6:3', 'collections.b.content is missing'],
  ['content empty', TABLE + collection({ content: '[]' }), '6:54', 'collections.b.content must name at least one column'],
  ['content with a number', TABLE + collection({ content: '[a, 1]' }), '6:58', 'collections.b.content[1] must be text, not a number; put it in quotes'],
  ['content with a column without a name', TABLE + collection({ content: '[a, ""]' }), '6:58', 'collections.b.content[1] must not be empty'],
  ['content of 201 columns', TABLE + collection({ content: `[${Array.from({ length: 201 }, (_, i) => `c${i}`).join()}]` }), '6:54', 'collections.b.content must name 200 columns at most'],
  ['content twice', TABLE + collection({ content: '[a, b, a]' }), '6:61', 'collections.b.content[2] names a column again: "a"'],
  ['content twice in another case', TABLE + collection({ content: '[a, A]' }), '6:58', 'collections.b.content[1] names a column again: "A"'],
  ['content that is the key', TABLE + collection({ content: 'id' }), '6:54', 'collections.b.content names a key column, which the path decides: "id"'],
  ['content with a key column', TABLE + collection({ content: '[a, ID]' }), '6:58', 'collections.b.content[1] names a key column, which the path decides: "ID"'],
  ['set as text', TABLE + collection({ set: 'now' }), '6:65', 'collections.b.set must be a map, not text'],
  ['set without a value', TABLE + collection({ set: '' }), '6:60', 'collections.b.set has no value; give it one or remove the key'],
  ['set of a column without a name', TABLE + collection({ set: '{ "": now }' }), '6:67', 'a name in collections.b.set must not be empty'],
  ['set of a column named like the prototype', TABLE + collection({ set: '{ __proto__: now }' }), '6:65', 'collections.b.set must not name a column "__proto__"'],
  ['set of a key column', TABLE + collection({ set: '{ a: now, id: now }' }), '6:75', 'collections.b.set.id is a column that the path decides; remove the key'],
  ['set of a content column', TABLE + collection({ set: '{ Body: now }' }), '6:67', 'collections.b.set.Body is a column that the file decides; remove the key'],
  ['set of a column of several', TABLE + collection({ content: '[a, b]', set: '{ b: now }' }), '6:69', 'collections.b.set.b is a column that the file decides; remove the key'],
  ['set of a column twice', TABLE + collection({ set: '{ a: now, A: 1 }' }), '6:75', 'collections.b.set.A is a column that another key decides; remove the key'],
  ['set to nothing', TABLE + collection({ set: '{ a: }' }), '6:67', 'collections.b.set.a has no value; write { value: null } for NULL'],
  ['set to a list', TABLE + collection({ set: '{ a: [1] }' }), '6:70', 'collections.b.set.a must be now, increment, a literal or { value: a literal }, not a list'],
  ['set to now in another case', TABLE + collection({ set: '{ a: NOW }' }), '6:70', 'collections.b.set.a must be now or increment, in lower case; write { value: … } for the text itself'],
  ['set to now as SQL', TABLE + collection({ set: '{ a: now() }' }), '6:70', 'collections.b.set.a must be now or increment, in lower case; write { value: … } for the text itself'],
  ['set to an inexact number', TABLE + collection({ set: '{ a: 9007199254740993 }' }), '6:70', 'collections.b.set.a is not exact as a number of that size; put it in quotes'],
  ['set to infinity', TABLE + collection({ set: '{ a: .inf }' }), '6:70', 'collections.b.set.a must be now, increment, a literal or { value: a literal }, not a number'],
  ['set to a literal that is a list', TABLE + collection({ set: '{ a: { value: [1] } }' }), '6:79', 'collections.b.set.a.value must be text, a number, true, false or null, not a list'],
  ['set to an inexact literal', TABLE + collection({ set: '{ a: { value: 9007199254740993 } }' }), '6:79', 'collections.b.set.a.value is not exact as a number of that size; put it in quotes'],
  ['set to a map without a literal', TABLE + collection({ set: '{ a: {} }' }), '6:67', 'collections.b.set.a.value is missing'],

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
