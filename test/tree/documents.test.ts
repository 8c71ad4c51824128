import * as fc from 'fast-check'
import { readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { RowtreeError } from '../../src/errors.ts'
import { writeJsonAtomic, writeYamlAtomic } from '../../src/tree/documents.ts'
import { listing } from '../support/files.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const text = (path: string): string => readFileSync(path, 'utf8')

describe('writeJsonAtomic', () => {
  it.each<[name: string, indent: number | string | undefined, expected: string]>([
    ['two spaces', undefined, '{\n  "a": [\n    1\n  ]\n}\n'],
    ['tabs', '\t', '{\n\t"a": [\n\t\t1\n\t]\n}\n'],
    ['one line', 0, '{"a":[1]}\n'],
  ])('writes with %s', async (_, indent, expected) => {
    const path = join(temporaryDirectory(), 'sub/file.json')
    await writeJsonAtomic(path, { a: [1] }, indent === undefined ? {} : { indent })
    expect(text(path)).toBe(expected)
  })

  it('passes the other options on', async () => {
    const path = join(temporaryDirectory(), 'file.json')
    writeFileSync(path, '1')
    await writeJsonAtomic(path, 2, { backup: true })
    expect(listing(dirname(path))).toHaveLength(2)
    renameSync(path, `${path}2`)
    symlinkSync('file.json2', path)
    await expect(writeJsonAtomic(path, 3)).rejects.toMatchObject({ code: 'target-is-symlink' })
    await writeJsonAtomic(path, 3, { followSymlinks: true })
    expect(text(`${path}2`)).toBe('3\n')
  })

  const circle: unknown[] = []
  circle.push(circle)

  it.each<[name: string, data: unknown]>([
    ['a circle', circle],
    ['a BigInt', { a: 1n }],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('writes nothing for %s', async (_, data) => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'old.json'), 'old')
    for (const path of ['old.json', 'new.json', 'sub/new.json']) {
      await expect(writeJsonAtomic(join(directory, path), data, { backup: true })).rejects.toBeInstanceOf(TypeError)
    }
    expect(text(join(directory, 'old.json'))).toBe('old')
    expect(listing(directory)).toEqual(['old.json'])
  })
})

const CONFIG = `# yaml-language-server: $schema=./schema.json
# My board.

store:
  url: "sqlite:board.sqlite" # the live one
  preset: 'mybb'
tree: ./board

export: { fsync: batch, workers: auto }
defaults: &defaults
  poll: 2s
watch: *defaults
# What not to touch
ignore:
  - "*.bak" # backups
  - .git/
# collections: none
`

describe('writeYamlAtomic', () => {
  it('writes a new file', async () => {
    const path = join(temporaryDirectory(), 'sub/file.yaml')
    await writeYamlAtomic(path, { a: [1, { b: null }] })
    expect(text(path)).toBe('a:\n  - 1\n  - b: null\n')
  })

  it('leaves the very same bytes where the data is the same', async () => {
    const path = join(temporaryDirectory(), 'file.yaml')
    writeFileSync(path, CONFIG)
    await writeYamlAtomic(path, parse(CONFIG))
    expect(text(path)).toBe(CONFIG)
  })

  it('changes only what changed', async () => {
    const path = join(temporaryDirectory(), 'file.yaml')
    writeFileSync(path, CONFIG)
    const data = parse(CONFIG) as { store: { url: string }; export: { workers: unknown }; ignore: string[]; tree?: string }
    data.store.url = 'sqlite:other.sqlite'
    data.export.workers = 2
    data.ignore.push('tmp/')
    delete data.tree
    await writeYamlAtomic(path, data)
    const expected = CONFIG.replace('sqlite:board.sqlite', 'sqlite:other.sqlite')
      .replace('workers: auto', 'workers: 2')
      .replace('  - .git/\n', '  - .git/\n  - tmp/\n')
      .replace('tree: ./board\n', '')
    expect(text(path)).toBe(expected)
  })

  it.each<[name: string, content: string | Uint8Array, place: string]>([
    ['an open bracket', 'a: 1\nb: [1,\n', ':3:1'],
    ['a wrong indentation', 'a:\n  b: 1\n c: 2\n', ':3:1'],
    ['a key twice', 'a: 1\na: 2\n', ':2:1'],
    ['two documents', 'a: 1\n---\nb: 2\n', ':2:1'],
    ['an alias without an anchor', 'a: *x\n', ''],
    ['bytes that are not UTF-8', new Uint8Array([0x61, 0x3a, 0x20, 0xfc, 0x0a]), ''],
  ])('refuses a file with %s and leaves it alone', async (_, content, place) => {
    const path = join(temporaryDirectory(), 'file.yaml')
    writeFileSync(path, content)
    const error = await writeYamlAtomic(path, { a: 1 }, { backup: true }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RowtreeError)
    expect(error).toMatchObject({ code: 'document-invalid', path })
    expect((error as Error).message).toMatch(new RegExp(`^Cannot write ${path}${place}: the present file is not one YAML document \\([^\\n]+\\)$`))
    expect(Buffer.compare(readFileSync(path), Buffer.from(content))).toBe(0)
    expect(listing(dirname(path))).toEqual(['file.yaml'])
  })

  it.each<[name: string, data: unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a function inside', { a: { b: () => 1 } }],
  ])('writes nothing for %s', async (_, data) => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'old.yaml'), 'a: 1\n')
    for (const path of ['old.yaml', 'new.yaml', 'sub/new.yaml']) {
      await expect(writeYamlAtomic(join(directory, path), data, { backup: true })).rejects.toThrow(/undefined|Function/)
    }
    expect(text(join(directory, 'old.yaml'))).toBe('a: 1\n')
    expect(listing(directory)).toEqual(['old.yaml'])
  })

  it('refuses a symlink before it reads what is behind', async () => {
    const path = join(temporaryDirectory(), 'file.yaml')
    symlinkSync('/dev/null', path)
    await expect(writeYamlAtomic(path, {})).rejects.toMatchObject({ code: 'target-is-symlink' })
  })
})

test('what was written is what is read, however often', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'file.yaml')
  const data = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 3 })
  await fc.assert(
    fc.asyncProperty(fc.array(data, { minLength: 1, maxLength: 4 }), async (values) => {
      for (const value of values) {
        await writeYamlAtomic(path, value, { flush: false })
        const first = text(path)
        expect(parse(first, { logLevel: 'error' })).toEqual(value)
        await writeYamlAtomic(path, value, { flush: false })
        expect(text(path)).toBe(first)
      }
    }),
    { numRuns: 60 },
  )
  expect(listing(directory)).toEqual(['file.yaml'])
})
