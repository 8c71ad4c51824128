import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config.ts'
import { configOf, faultOf, TABLE } from './samples.ts'

const state = (text: string): string => `${TABLE}state: ${text}`

const unset = (name: string): string => `state needs the environment variable ${name}, which is not set`
const nameless = 'state holds "${" without a variable\'s name; write ${NAME}, or $${ for the text itself'

describe('a variable', () => {
  test.each([
    ['whole value', '${DIR}', '/x/here'],
    ['inside a value', 'a-${DIR}-${N}', '/x/a-here-1'],
    ['in quotes', '"${DIR}"', '/x/here'],
    ['escaped', '$${DIR}', '/x/${DIR}'],
    ['escaped after a dollar', '$$${DIR}', '/x/$${DIR}'],
    ['dollars alone', '$DIR$', '/x/$DIR$'],
    ['empty is set', 'a${EMPTY}', '/x/a'],
    ['what it holds is not expanded again', '${NESTED}', '/x/${DIR}'],
    ['what it holds is not YAML', '${YAML}', '/x/a # b: [c'],
    ['what it holds is not a replacement pattern', '${PATTERN}', '/x/$&$1'],
  ])('%s', (_, text, expected) => {
    const env = { DIR: 'here', N: '1', EMPTY: '', NESTED: '${DIR}', YAML: 'a # b: [c', PATTERN: '$&$1' }
    expect(configOf(state(text), env).state).toBe(expected)
  })

  test('works in lists and in collections', () => {
    const text = `${TABLE}  b: { table: "\${T}", key: ["\${T}"], path: "{pre_x}", content: c }\nignore: ["\${T}"]`
    const config = configOf(text, { T: 'pre_x' })
    expect(config.ignore).toEqual(['pre_x'])
    expect(config.collections[1]).toEqual({ name: 'b', table: 'pre_x', key: ['pre_x'], path: '{pre_x}', content: ['c'], structured: false, set: {} })
  })

  test('works in texts with a unit and in literals', () => {
    const collection = '  b: { table: t, key: id, path: "{id}", content: ["${C}"], set: { editor: "${C}", a: { value: "${C}" } } }'
    const config = configOf(`${TABLE}${collection}\nguards: { maxDelete: "\${L}", maxFileSize: "\${S}" }`, { C: 'me', L: '10', S: '1MB' })
    expect(config.collections[1]).toMatchObject({ content: ['me'], structured: true, set: { editor: { value: 'me' }, a: { value: 'me' } } })
    expect(config.guards).toMatchObject({ maxDelete: { count: 10 }, maxFileSize: 1_048_576 })
  })

  test('works in a command, which may keep some for its shell', () => {
    const { watch } = configOf(`${TABLE}watch: { onImport: "curl \${HOST}/$\${ROWTREE_COUNT}?$HOME", poll: "\${T}" }`, { HOST: 'h', T: '5s' })
    expect(watch).toMatchObject({ onImport: 'curl h/${ROWTREE_COUNT}?$HOME', poll: 5_000 })
  })

  test('never makes another type of a value', () => {
    expect(faultOf(() => configOf(`${TABLE}export:\n  workers: \${N}`, { N: '4' })).message).toBe(
      'Cannot read /x/rowtree.yaml:7:12: export.workers must be auto or an integer from 0 to 64, not text',
    )
  })

  test.each([
    ['not set', '${X}', '6:8', unset('X')],
    ['not set, later in the value', '"a/$${X}/${X}"', '6:17', unset('X')],
    ['inherited, not set', '${constructor}', '6:8', unset('constructor')],
    ['prototype', '${__proto__}', '6:8', unset('__proto__')],
    ['no name', 'a${}', '6:9', nameless],
    ['no valid name', '${DB-PASS}', '6:8', nameless],
    ['not closed', '${DIR} ${DIR', '6:15', nameless],
  ])('%s: a fault', (_, text, place, message) => {
    expect(faultOf(() => configOf(state(text), { DIR: 'd' })).message).toBe(`Cannot read /x/rowtree.yaml:${place}: ${message}`)
  })

  test('that is not set is one fault, not two', () => {
    const error = faultOf(() => configOf(`${TABLE}export:\n  fsync: \${X}\n  workers: 99`))
    expect(error.message).toBe(`Cannot read /x/rowtree.yaml: 2 faults
  /x/rowtree.yaml:7:10: export.fsync needs the environment variable X, which is not set
  /x/rowtree.yaml:8:12: export.workers must be auto or an integer from 0 to 64`)
  })
})

describe('a program', () => {
  const input = {
    store: { url: 'sqlite:${HOME}.sqlite', preset: 'mybb' as const },
    tree: 'board',
  }
  test('has its strings taken as they are', () => {
    expect(resolveConfig(input, '/x').store.url).toBe('sqlite:${HOME}.sqlite')
  })
  test('has them expanded on request', () => {
    expect(resolveConfig(input, '/x', { HOME: 'h' }).store.url).toBe('sqlite:h.sqlite')
  })
})

describe('in the URL of a server', () => {
  const env = { NAME: 'me@home', PASSWORD: 'p@ss:w/o%rd?#', PAIR: 'me:p%40ss', HOST: 'db:3307', URL: 'mysql://me:p%40ss@db/site' }
  test.each([
    ['mysql://me:${PASSWORD}@db/site', 'mysql://me:p%40ss%3Aw%2Fo%25rd%3F%23@db/site'],
    ['postgres://${NAME}:${PASSWORD}@${HOST}/site', 'postgres://me%40home:p%40ss%3Aw%2Fo%25rd%3F%23@db:3307/site'],
    ['mariadb://${PAIR}@${HOST}/site', 'mariadb://me:p%40ss@db:3307/site'],
    ['${URL}', 'mysql://me:p%40ss@db/site'],
    ['sqlite:${NAME}:${PASSWORD}@x', 'sqlite:me@home:p@ss:w/o%rd?#@x'],
  ])('a name and a password are taken literally: %s', (written, url) => {
    expect(configOf(`store: { url: "${written}", preset: mybb }\ntree: "\${NAME}"`, env)).toMatchObject({ store: { url }, tree: '/x/me@home' })
  })
})

describe('secrets stay out of messages', () => {
  const env = { DB_PASSWORD: 'hunter2', DB_URL: 'mysql://root:hunter2@db/board', COLUMN: 'hunter2' }
  const url = 'store: { url: "mysql://root:${DB_PASSWORD}@db/board", preset: mybb }\n'
  const table = 'store: { url: "${DB_URL}" }\ntree: x\ncollections:\n  p: '

  test.each([
    ['beside another fault', `${url}tree: 5\nexprot: {}`],
    ['in a bad enum', `${url}tree: x\nexport: { fsync: "\${DB_PASSWORD}" }`],
    ['in a bad suffix', `${url}tree: x\nexport: { tempSuffix: "\${DB_PASSWORD}" }`],
    ['beside an unset variable', `${url}tree: "\${DB_PASSWORD}/\${MISSING}"`],
    ['as a placeholder', `${table}{ table: t, key: id, path: "{id}{\${COLUMN}}", content: c }`],
    ['as a key column', `${table}{ table: t, key: ["\${COLUMN}", "\${COLUMN}"], path: x, content: c }`],
    ['as the only key column', `${table}{ table: t, key: "\${COLUMN}", path: x, content: c }`],
    ['as a content column', `${table}{ table: t, key: id, path: "{id}", content: [a, "\${COLUMN}", "\${COLUMN}"] }`],
    ['as the content column, which is a key', `${table}{ table: t, key: hunter2, path: "{hunter2}", content: "\${COLUMN}" }`],
    ['in a bad limit', `${url}tree: x\nguards: { maxDelete: "\${DB_PASSWORD}" }`],
    ['in a bad size', `${url}tree: x\nguards: { maxFileSize: "\${DB_PASSWORD}" }`],
    ['in a bad duration', `${url}tree: x\nhistory: { maxAge: "\${DB_PASSWORD}" }`],
    ['in a bad interval', `${url}tree: x\nwatch: { poll: "\${DB_PASSWORD}" }`],
    ['in a bad time', `${url}tree: x\nwatch: { settle: "\${DB_PASSWORD}" }`],
    ['in a bad direction', `${url}tree: x\nwatch: { oneWay: "\${DB_PASSWORD}" }`],
    ['in a bad command', `${url}tree: x\nwatch: { onImport: "curl \${DB_PASSWORD} \\0" }`],
    ['in a command, beside a variable without a name', `${url}tree: x\nwatch: { onImport: "curl \${DB_PASSWORD} \${}" }`],
    ['in a command, beside an unset variable', `${url}tree: x\nwatch: { onImport: "curl \${DB_PASSWORD} \${MISSING}" }`],
    ['in a command, beside another fault', `${url}tree: x\nwatch: { onImport: "curl \${DB_PASSWORD}", maxBatch: 0 }`],
    ['in a bad choice', `${url}tree: x\nonConflict: "\${DB_PASSWORD}"`],
    ['beside what is set', `${table}{ table: t, key: id, path: "{id}", content: c, set: { a: "\${COLUMN}", c: "\${COLUMN}" } }`],
    ['through an alias', `${table}{ table: &t "\${COLUMN}", key: *t, path: x, content: c }`],
    ['literal, url as the store', 'store: mysql://root:hunter2@db/board\ntree: x'],
    ['literal, url as a key', 'store: { mysql://root:hunter2@db/board }\ntree: x'],
    ['literal, url as the document', 'mysql://root:hunter2@db/board'],
    ['literal, url twice', 'store:\n  mysql://root:hunter2@db/board: 1\n  mysql://root:hunter2@db/board: 2'],
    ['literal, text after a quote', 'store:\n  url: "mysql://root" hunter2'],
    ['literal, quote not closed', 'store:\n  url: "mysql://root:hunter2@db'],
    ['literal, bad escape', 'store:\n  url: "mysql://root:\\hunter2@db"'],
    ['literal, a second colon', 'store:\n  url: mysql: hunter2'],
    ['literal, an alias', 'store:\n  url: *hunter2'],
    ['literal, a tag', 'store:\n  url: !hunter2 x'],
    ['literal, a block header', 'store:\n  url: | hunter2\n'],
    ['literal, as a name of a collection', `${table.replace('p: ', '"mysql://root:hunter2": ')}{ table: 1 }`],
  ])('%s', (_, text) => {
    const error = faultOf(() => configOf(text, env))
    expect(error.code).toBe('config-invalid')
    expect(error.cause).toBeUndefined()
    // All that a log could show of the error, except for the stack, which holds the test's own source.
    expect(error.message + inspect({ ...error })).not.toMatch(/hunter2|root/)
  })

  test('a name that is not from a variable is shown', () => {
    const error = faultOf(() => configOf(`${table}{ table: "\${COLUMN}", key: id, path: "{id}{slug}", content: c }`, env))
    expect(error.message).toContain('is not a key column: "slug"')
  })
})
