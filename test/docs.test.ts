import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, it } from 'vitest'
import { parseConfig } from '../src/config.ts'
import { knownKeys } from '../src/config/schema.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/ci.md',
  'docs/configuration.md',
  'docs/errors.md',
  'docs/guarantees.md',
  'docs/presets.md',
  'docs/init.md',
  'docs/doctor.md',
  'docs/bench.md',
  'docs/two-way.md',
  'docs/watch.md',
  'bench/README.md',
]

/** The members of a union of string literals in a source file. */
function union(source: string, name: string): string[] {
  const body = new RegExp(`export type ${name} =\\n((?:  \\| '[^']+'\\n)+)`).exec(source)?.[1] ?? ''
  return [...body.matchAll(/'([^']+)'/g)].map((match) => match[1]!)
}

/** What the tables of a page, or of some of its sections, explain. */
function explained(page: string, ...headings: string[]): string[] {
  const sections = page.split(/^##+ /m).filter((section) => headings.length === 0 || headings.some((heading) => section.startsWith(`${heading}\n`)))
  return sections.flatMap((section) => [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!))
}

it('docs/errors.md explains every fatal code, and no other', () => {
  const codes = union(read('src/errors.ts'), 'ErrorCode')
  expect(codes.length).toBeGreaterThan(20)
  expect(explained(read('docs/errors.md'), 'Fatal').sort()).toEqual(codes.sort())
})

it("docs/errors.md explains every item's code once, and no other", () => {
  const codes = union(read('src/types.ts'), 'ProblemCode')
  expect(codes.length).toBeGreaterThan(10)
  expect(explained(read('docs/errors.md'), 'Problems', 'Holds', 'Conflicts', 'Deletions').sort()).toEqual(codes.sort())
})

it('docs/configuration.md explains every setting, and no other', () => {
  const settings = knownKeys([]).flatMap((section) => {
    const below = section === 'collections' ? [] : knownKeys([section])
    return below.length === 0 ? [section] : below.map((key) => `${section}.${key}`)
  })
  const page = read('docs/configuration.md')
  expect(explained(page.slice(0, page.indexOf('\n## '))).sort()).toEqual(settings.sort())
  expect(explained(page, 'Collections').sort()).toEqual(knownKeys(['collections', 'pages']).sort())
})

it('docs/watch.md explains every event with its fields, and no other', () => {
  const body = /export type WatchNews =\n([^]*?)\n\n/.exec(read('src/watch.ts'))![1]!
  const fields = new Map<string, string>()
  for (const [, names, rest] of body.matchAll(/event: ([^\n;}]+)([^}]*)\}/g)) {
    const list = [...rest!.matchAll(/readonly (\w+)(\??):/g)].map(([, name, maybe]) => `${maybe ? 'maybe ' : ''}\`${name}\``).join(', ')
    for (const [, name] of names!.matchAll(/'(\w+)'/g)) fields.set(name!, list)
  }
  expect(fields.size).toBeGreaterThan(10)
  // What the command tells beside the session.
  const own = new Map([['serving', '`url`, `script`'], ['reloaded', '`path`'], ['error', '`command`, `ok`, `error`']])
  const table = read('docs/watch.md').split('## For programs')[1]!
  const rows = [...table.matchAll(/^\| `(\w+)` \| ([^|]*?) ?\|/gm)].map((match) => [match[1]!, match[2]!] as const)
  const told = new Map([...fields, ...own])
  for (const name of ['conflict', 'held', 'pending']) told.set(name, told.get(name)!.replace(', maybe `errno`', ''))
  expect(new Map(rows)).toEqual(told)
  expect(rows).toHaveLength(told.size)
})

it('docs/doctor.md explains every check, and no other', () => {
  const sources = [...readdirSync(new URL('../src/doctor', import.meta.url)).map((name) => `src/doctor/${name}`), 'src/store/examine.ts']
  const texts = [...sources, ...['sqlite', 'mysql', 'postgres'].map((kind) => `src/store/${kind}/examine.ts`)].map(read)
  const names = texts.flatMap((text) => [...text.matchAll(/\bname(?:: | = )'([a-z ]+)'/g)].map((match) => match[1]!))
  expect(names.length).toBeGreaterThan(20)
  const page = read('docs/doctor.md')
  expect(new Set(explained(page, 'Machine', 'Config', 'Tree', 'State', 'Store'))).toEqual(new Set(names))
})

it('docs/bench.md explains every figure, ratio, setting and flag, and no other', () => {
  const page = read('docs/bench.md')
  const work = [...read('src/bench/throughput.ts').matchAll(/^const ORDER.*$/gm)][0]![0].matchAll(/'([a-z-]+)'/g)
  expect(explained(page, 'What is measured')).toEqual(['flush', ...[...work].map((match) => match[1]!), 'one process', 'latency', 'store'])
  const ratios = /readonly name: ((?:'[a-z]+'(?: \| )?)+)\n/.exec(read('src/bench.ts'))![1]!
  expect(explained(page, 'An earlier run')).toEqual([...ratios.matchAll(/'([a-z]+)'/g)].map((match) => match[1]!))
  expect(explained(page, 'A contract')).toEqual(knownKeys(['bench']))
  const flags = /function addBench[^]*?\n\}/.exec(read('src/cli/program.ts'))![0].matchAll(/option\('(--[^']+)'/g)
  expect(explained(page.slice(0, page.indexOf('\n## '))).filter((flag) => flag !== '--json').sort()).toEqual([...flags].map((match) => match[1]!).sort())
})

const shows = [...read('docs/guarantees.md').matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1]!)

it('docs/guarantees.md names a test for each promise', () => {
  const promises = read('docs/guarantees.md').split('## Promises')[1]!.split('\n## ')[0]!.split('\n').filter((line) => /^\| (?!promise|---)/.test(line))
  expect(promises.length).toBeGreaterThan(10)
  for (const promise of promises) expect(promise).toMatch(/ \| `test\/[^`]+\.test\.ts`/)
})

it.each(shows)('docs/guarantees.md names %s, which exists', (path) => {
  expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true)
})

const configs = ['README.md', 'docs/configuration.md', 'docs/presets.md', 'docs/bench.md'].flatMap((page) =>
  [...read(page).matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1]!).filter((text) => /^store:/m.test(text)),
)

it('the documents show configs', () => {
  expect(configs.length).toBeGreaterThan(3)
})

it.each(configs)('this config is valid:\n%s', (text) => {
  expect(parseConfig(text, { directory: '/', env: { ROWTREE_DB_PASSWORD: 'secret' } }).collections).toBeInstanceOf(Array)
})

/** The names that GitHub gives a page's headings. */
function anchors(page: string): string[] {
  return [...page.matchAll(/^##+ (.+)$/gm)].map((match) => match[1]!.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-'))
}

/** The links of all pages to one another, as paths from the project's root, with the heading or without. */
const links = PAGES.flatMap((page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) => match[1]!)
  return targets.map((target): [page: string, link: string] => [page, target.startsWith('#') ? page + target : posix.join(posix.dirname(page), target)])
})

it('the documents link to one another', () => {
  expect(links.length).toBeGreaterThan(10)
})

it.each(links)('%s links to %s, which exists', (_, link) => {
  const [path, heading] = link.split('#') as [string, string?]
  const page = read(path)
  expect(heading === undefined ? [heading] : anchors(page)).toContain(heading)
})
