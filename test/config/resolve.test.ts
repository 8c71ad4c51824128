import { describe, expect, test } from 'vitest'
import { type ConfigInput, resolveConfig } from '../../src/config.ts'
import { faultOf } from './samples.ts'

const INPUT = {
  store: { url: 'sqlite:site.sqlite' },
  tree: './site',
  collections: { pages: { table: 'pages', key: ['slug'], path: '{slug}.html', content: 'body' } },
} as const satisfies ConfigInput

test('settings without a file', () => {
  const config = resolveConfig(INPUT, '/srv')
  expect(config).toMatchObject({ tree: '/srv/site', state: '/srv/.rowtree', directory: '/srv' })
  expect(config).not.toHaveProperty('file')
})

test('a relative directory becomes absolute', () => {
  expect(resolveConfig(INPUT, '.').tree).toBe(`${process.cwd()}/site`)
})

test('undefined is as good as absent', () => {
  expect(resolveConfig({ ...INPUT, state: undefined, export: { fsync: undefined }, mybb: undefined }, '/srv'))
    .toEqual(resolveConfig(INPUT, '/srv'))
})

test('the input is left alone', () => {
  const input = structuredClone(INPUT)
  resolveConfig(input, '/srv', {})
  expect(input).toEqual(INPUT)
})

test('a program writes the two-way settings as a person does', () => {
  const pages = { ...INPUT.collections.pages, content: ['title', 'body'], set: { at: 'now', by: 'me', draft: false, note: { value: null } } } as const
  const config = resolveConfig({
    ...INPUT,
    guards: { allowEmpty: undefined, maxDelete: 3, maxFileSize: '2 MiB' },
    onConflict: 'tree',
    history: { maxAge: '2w', maxSize: 0 },
    collections: { pages },
  }, '/srv')
  expect(config).toMatchObject({
    guards: { allowEmpty: false, maxDelete: { count: 3 }, maxFileSize: 2_097_152 },
    onConflict: 'tree',
    history: { maxAge: 1_209_600_000, maxSize: 0 },
    collections: [{
      content: ['title', 'body'],
      structured: true,
      set: { at: 'now', by: { value: 'me' }, draft: { value: false }, note: { value: null } },
    }],
  })
})

describe('faults have no line', () => {
  test.each<[string, object, string]>([
    ['one', { ...INPUT, tree: '' }, 'Cannot read the configuration: tree must not be empty'],
    ['two', { ...INPUT, tree: 1, exprot: {} }, 'Cannot read the configuration: 2 faults\n  tree must be text, not a number; put it in quotes\n  unknown key "exprot"; did you mean "export"?'],
    ['a function', { ...INPUT, ignore: () => [] }, 'Cannot read the configuration: ignore must be a list of patterns, not a function'],
  ])('%s', (_, input, message) => {
    for (const env of [undefined, {}]) {
      const error = faultOf(() => resolveConfig(input as ConfigInput, '/srv', env))
      expect(error.message).toBe(message)
      expect(error.path).toBeUndefined()
    }
  })
})
