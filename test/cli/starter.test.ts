import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Starter, starterConfig } from '../../src/cli/starter.ts'
import { publicUrl } from '../../src/cli/store-url.ts'
import { parseConfig, type PresetName } from '../../src/config.ts'
import { RowtreeError } from '../../src/errors.ts'
import { faultOf } from '../config/samples.ts'

const PRESETS: readonly PresetName[] = ['table', 'mybb', 'wordpress', 'settings']

function configOf(starter: Partial<Starter>): ReturnType<typeof parseConfig> {
  const text = starterConfig({ preset: 'settings', url: 'sqlite:a.db', tree: './tree', variables: [], ...starter })
  return parseConfig(text, { directory: '/srv', env: { ROWTREE_DB_PASSWORD: 'p@ss' } })
}

describe('a config to begin with', () => {
  it.each(PRESETS)('of the preset %s is valid, and says what it was made for', (preset) => {
    const url = 'mysql://me:${ROWTREE_DB_PASSWORD}@db/site'
    const config = configOf({ preset, url, variables: ['ROWTREE_DB_PASSWORD'] })
    expect(config).toMatchObject({ store: { url: 'mysql://me:p%40ss@db/site', preset }, tree: '/srv/tree' })
    expect(config.collections.map(({ name }) => name)).toEqual(preset === 'table' ? ['pages'] : [])
  })

  it.each(['', 'b1_', '1'])('has a prefix of its own: %j', (prefix) => {
    expect(configOf({ preset: 'wordpress', prefix }).store.prefix).toBe(prefix)
  })

  it('keeps every path as it is', () => {
    const piece = constantFrom('a', ' ', '#', ': ', '"', "'", '\\', '${A}', '$', '{', '\n', 'ü', '~', 'true', '/', './', '- ', '%', '\u2028', '\t')
    const path = string({ unit: piece, minLength: 1, maxLength: 8 }).map((name) => `/x${name}y`)
    assert(
      property(path, (tree) => {
        const text = starterConfig({ preset: 'settings', url: 'sqlite:a.db', tree, variables: [] })
        expect(parseConfig(text, { directory: '/', env: {} }).tree).toBe(new URL('file:///').pathname + tree.split('/').filter((part) => part !== '' && part !== '.').join('/'))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a URL that was typed', () => {
  it.each([
    ['sqlite:site.db', 'sqlite:site.db', []],
    ['mysql://me@db/site', 'mysql://me@db/site', []],
    ['mysql://me:@db/site', 'mysql://me:@db/site', []],
    ['mysql://me:hunter2@db:3306/site', 'mysql://me:${ROWTREE_DB_PASSWORD}@db:3306/site', ['ROWTREE_DB_PASSWORD']],
    ['postgres://me:hun@ter2@db/site', 'postgres://me:${ROWTREE_DB_PASSWORD}@db/site', ['ROWTREE_DB_PASSWORD']],
    ['postgresql://:hunter2@db', 'postgresql://:${ROWTREE_DB_PASSWORD}@db', ['ROWTREE_DB_PASSWORD']],
    ['mariadb://me:${PW}@db/site', 'mariadb://me:${PW}@db/site', ['PW']],
    ['mariadb://${ME}:${PW}@${DB}/${DB}', 'mariadb://${ME}:${PW}@${DB}/${DB}', ['ME', 'PW', 'DB']],
  ])('leaves its password to the environment: %s', (typed, url, variables) => {
    expect(publicUrl(typed)).toEqual({ url, variables })
  })

  it.each(['site.db', 'http://me:hunter2@x', 'me:hunter2@db/site', 'sqlite:', 'postgres://db/site?password=hunter2', 'mysql://me@db/x?PASSWD=hunter2'])('is refused where it is no such URL: %s', (typed) => {
    const error = faultOf(() => publicUrl(typed))
    expect(error).toBeInstanceOf(RowtreeError)
    expect(error).toMatchObject({ code: 'usage' })
    expect(error.message).not.toContain('hunter2')
  })
})
