import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { chosen, groupsFor } from '../../bench/groups/index.ts'
import { scaleOf } from '../../bench/setting.ts'
import { temporaryBase } from '../support/temporary.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const memory = mkdtempSync(join(temporaryBase(), 'rowtree-test-'))
afterAll(() => rmSync(memory, { recursive: true }))
const scale = scaleOf({})
// The databases are there, as far as anybody looks.
for (const rows of [100, scale.durable, ...scale.many]) writeFileSync(join(memory, `rows-${rows}.sqlite`), '')

const groups = groupsFor({
  scale, memory, disk: memory, diskName: 'a disk', built: memory,
  tools: { deno: 'deno', python: 'python3', rsync: 'rsync', unison: 'unison', loop: 'loop' },
})
const contenders = new Map(groups.map((group) => [group.name, group.contenders().map(({ name }) => name)]))

it('no name is taken twice', () => {
  const names = [groups.map(({ name }) => name), groups.flatMap(({ pictures }) => pictures.map(({ name }) => name)), ...contenders.values(), ...groups.map(({ columns }) => columns.map(({ figure }) => figure))]
  for (const list of names) expect(new Set(list).size).toBe(list.length)
})

it.each(groups)('the targets and pictures of $name are about what it measures', ({ name, targets, pictures, columns }) => {
  const asked: [group: string, contender: string, figure: string][] = []
  const look = (contender: string, figure: string, group = name): number => {
    asked.push([group, contender, figure])
    return 1
  }
  for (const { measured, limit } of targets) {
    measured(look)
    if ('most' in limit && typeof limit.most === 'function') limit.most(look)
  }
  for (const [group, contender, figure] of asked) {
    expect(contenders.get(group)).toContain(contender)
    expect(groups.find((one) => one.name === group)!.columns.map((column) => column.figure)).toContain(figure)
  }
  for (const { figure } of pictures) expect(columns.map((column) => column.figure)).toContain(figure)
})

it('each script is somebody, and each one that is named is there', () => {
  const sources = readdirSync(new URL('../../bench/groups', import.meta.url)).map((name) => read(`bench/groups/${name}`)).join('\n')
  const named = new Set([...sources.matchAll(/'([a-z]+\.(?:ts|py))'/g)].map((match) => match[1]!))
  expect([...named, 'loop.c'].sort()).toEqual(readdirSync(new URL('../../bench/contenders', import.meta.url)).sort())
})

it('takes those that a person names, in their own order', () => {
  expect(chosen(groups, [])).toBe(groups)
  expect(chosen(groups, ['watch', 'export']).map(({ name }) => name)).toEqual(['export', 'watch'])
  expect(() => chosen(groups, ['export', 'exports'])).toThrow('Cannot measure exports: there is no such group; name some of export, rows,')
})

it.each([
  ['all of it', {}, { rows: 10_000, files: 4_000, most: 1_000_000 }],
  ['a quick run', { quick: true }, { rows: 10_000, files: 2_000, most: 100_000 }],
  ['a quick run that asks for more', { quick: true, rowsMax: 1_000_000 }, { rows: 10_000, files: 2_000, most: 1_000_000 }],
  ['no more than some rows', { rowsMax: 10_000 }, { rows: 10_000, files: 4_000, most: 10_000 }],
  ['few of everything', { rows: 600, rowsMax: 1_000 }, { rows: 600, files: 600, most: 1_000 }],
])('the scale of %s', (_, options, { rows, files, most }) => {
  const { many, ...rest } = scaleOf(options)
  expect({ rows: rest.rows, files: rest.files, most: many.at(-1) }).toEqual({ rows, files, most })
})

it('measures thousands of files in every group', () => {
  for (const options of [{}, { quick: true }]) {
    const { rows, files, durable } = scaleOf(options)
    expect(Math.min(rows, files, durable)).toBeGreaterThanOrEqual(2_000)
  }
})

it('bench/README.md names each flag and each group, and shows charts that are there', () => {
  const page = read('bench/README.md')
  const table = page.slice(0, page.indexOf('## How'))
  const options = /options: \{([^]*?)\n  \},/.exec(read('bench/run.ts'))![1]!
  const flags = [...options.matchAll(/'([a-z-]+)': \{ type/g)].map((match) => match[1]!)
  expect(flags.length).toBeGreaterThan(5)
  for (const flag of flags) expect(table).toContain(`\`--${flag}`)
  for (const { name } of groups) expect(/\| `--only NAME` .*/.exec(table)![0]).toContain(`\`${name}\``)
  for (const [, path] of page.matchAll(/\]\((charts\/[^)]+)\)/g)) expect(existsSync(new URL(`../../bench/${path}`, import.meta.url))).toBe(true)
})
