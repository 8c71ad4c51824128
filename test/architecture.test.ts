import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

/** Texts by path, such as `src/core/paths.ts`. */
type Sources = ReadonlyMap<string, string>

/** What the files of a part may import of ours; a name that ends with `/` stands for a directory. The first part that fits counts. */
const PARTS: readonly (readonly [part: string, mayImport: readonly string[]])[] = [
  ['src/types.ts', []],
  ['src/errors.ts', []],
  ['src/version.ts', []],
  ['src/doctor.ts', []],
  ['src/bench.ts', ['src/types.ts']],
  ['src/options.ts', ['src/types.ts']],
  ['src/digest.ts', ['src/types.ts']],
  ['src/memory.ts', []],
  ['src/core/', ['src/types.ts', 'src/errors.ts', 'src/core/']],
  ['src/tree/', ['src/types.ts', 'src/errors.ts', 'src/digest.ts', 'src/core/', 'src/tree/']],
  ['src/store/', ['src/types.ts', 'src/doctor.ts', 'src/errors.ts', 'src/digest.ts', 'src/core/', 'src/store/']],
  ['src/baseline/', ['src/types.ts', 'src/errors.ts', 'src/digest.ts', 'src/core/', 'src/tree/atomic.ts', 'src/baseline/']],
  ['workers/', ['src/memory.ts', 'src/core/', 'src/tree/']],
  ['src/sync/', ['src/types.ts', 'src/errors.ts', 'src/options.ts', 'src/watch.ts', 'src/digest.ts', 'src/core/', 'src/tree/', 'src/store/store.ts', 'src/baseline/baseline.ts', 'src/sync/']],
  ['src/doctor/', ['src/errors.ts', 'src/version.ts', 'src/doctor.ts', 'src/config.ts', 'src/core/', 'src/tree/', 'src/baseline/inspect.ts', 'src/doctor/']],
  ['src/bench/fresh-export.ts', ['src/engine.ts', 'src/engine/bench.ts']],
  ['src/bench/', ['src/types.ts', 'src/errors.ts', 'src/version.ts', 'src/options.ts', 'src/watch.ts', 'src/bench.ts', 'src/config.ts', 'src/core/', 'src/tree/', 'src/bench/']],
  ['src/config.ts', ['src/types.ts', 'src/errors.ts', 'src/config/']],
  ['src/config/', ['src/types.ts', 'src/errors.ts', 'src/core/nearest.ts', 'src/core/pace.ts', 'src/core/parsing.ts', 'src/core/quantity.ts', 'src/core/suffix.ts', 'src/config/']],
  ['src/atomic.ts', ['src/types.ts', 'src/errors.ts', 'src/tree/']],
  ['src/samples.ts', ['src/store/mybb/sample.ts']],
  ['src/preset.ts', ['src/errors.ts', 'src/store/']],
  ['src/watch.ts', ['src/types.ts', 'src/errors.ts', 'src/options.ts']],
  ['src/engine/', ['src/types.ts', 'src/bench.ts', 'src/bench/', 'src/doctor.ts', 'src/doctor/', 'src/errors.ts', 'src/options.ts', 'src/digest.ts', 'src/watch.ts', 'src/config.ts', 'src/core/', 'src/tree/', 'src/store/', 'src/baseline/', 'src/sync/', 'src/engine/']],
  ['src/engine.ts', ['src/watch.ts', 'src/bench.ts', 'src/bench/', 'src/engine/', 'src/types.ts', 'src/errors.ts', 'src/options.ts', 'src/digest.ts', 'src/config.ts', 'src/core/', 'src/tree/', 'src/store/', 'src/baseline/', 'src/sync/']],
  ['src/index.ts', ['src/types.ts', 'src/bench.ts', 'src/doctor.ts', 'src/errors.ts', 'src/options.ts', 'src/watch.ts', 'src/version.ts', 'src/config.ts', 'src/engine.ts', 'src/atomic.ts', 'src/samples.ts']],
  [
    'src/cli/newsline.ts',
    ['src/types.ts', 'src/watch.ts', 'src/core/remedy.ts', 'src/cli/'],
  ],
  [
    'src/cli/',
    ['src/types.ts', 'src/errors.ts', 'src/options.ts', 'src/watch.ts', 'src/bench.ts', 'src/doctor.ts', 'src/version.ts', 'src/config.ts', 'src/engine.ts', 'src/atomic.ts', 'src/samples.ts', 'src/memory.ts', 'src/core/pace.ts', 'src/core/quantity.ts', 'src/cli/'],
  ],
]

/** Where each package, and each part of the runtime that needs care, may be imported. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'chokidar': ['workers/watcher.ts'],
  'cli-progress': ['src/cli/'],
  'commander': ['src/cli/'],
  'diff': ['src/core/'],
  'fastest-levenshtein': ['src/core/', 'src/store/'],
  'ignore': ['src/core/'],
  'kysely': ['src/store/', 'src/preset.ts'],
  'mysql2': ['src/store/'],
  'node:sqlite': ['src/store/', 'src/baseline/'],
  'node-diff3': ['src/core/'],
  'pg': ['src/store/'],
  'piscina': ['src/sync/pool.ts'],
  'yaml': ['src/core/', 'src/config/', 'src/tree/'],
  'zod': ['src/config/'],
}

/** Functions of `node:fs` that change something. */
const CHANGES = /^(append|chmod|chown|copy|cp|createWrite|fchmod|fchown|fsync|fdatasync|ftruncate|futimes|lchown|link|lutimes|mkdir|mkdtemp|open|rename|rm|symlink|truncate|unlink|utimes|write)/

/** Who may call them, and what is allowed elsewhere. */
const CHANGERS = ['src/tree/', 'workers/']
const ALLOWED_CHANGES = new Set(['src/cli/demo.ts mkdtempSync'])

/** What would make a pure function depend on more than its arguments. */
const IMPURE = /\b(Date\.now|new Date\(\)|Math\.random|performance\.|process\.|crypto\.|setTimeout|setInterval|setImmediate|fetch\(|globalThis|Deno\.)/

const LONGEST = 300

interface Import {
  readonly from: string
  /** The imported names; `*` for all of them. */
  readonly names: readonly string[]
}

function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  const found: Import[] = []
  for (const [, clause, from] of code.matchAll(/^\s*(?:import|export)\s+(?:type\s+)?([^'";()]*?)\s*from\s*'([^']+)'/gm)) {
    const braces = /\{([^]*)\}/.exec(clause!)
    const names = braces?.[1]!.split(',').map((name) => name.trim().replace(/^type\s+/, '').split(/\s+as\s+/)[0]!)
    found.push({ from: from!, names: names?.filter((name) => name !== '') ?? ['*'] })
  }
  for (const [, from] of code.matchAll(/^\s*import\s+'([^']+)'/gm)) found.push({ from: from!, names: [] })
  for (const [, from] of code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) found.push({ from: from!, names: ['*'] })
  return found
}

/** Everything that the rules do not allow, one line each. */
function faultsOf(sources: Sources): string[] {
  const faults: string[] = []
  const graph = new Map<string, string[]>()
  for (const [path, text] of sources) {
    const imports = importsOf(text)
    const own = imports.filter(({ from }) => from.startsWith('.')).map(({ from }) => posix.join(posix.dirname(path), from))
    graph.set(path, own)
    const part = PARTS.find(([name]) => isIn(path, [name]))
    if (!part) faults.push(`${path} belongs to no part`)
    for (const target of own) {
      if (part && !isIn(target, part[1])) faults.push(`${path} imports ${target}`)
      if (!sources.has(target)) faults.push(`${path} imports ${target}, which does not exist`)
    }
    for (const { from, names } of imports.filter((one) => !one.from.startsWith('.'))) {
      faults.push(...faultsOfPackage(path, from), ...names.filter((name) => isForbiddenChange(path, from, name)).map((name) => `${path} calls ${name}`))
    }
    if (isIn(path, ['src/core/']) && IMPURE.test(text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, ''))) faults.push(`${path} is not pure`)
    if (!isIn(path, CHANGERS) && /\bDeno\.(write|remove|rename|mkdir|make|truncate|copy|open|create)/.test(text)) faults.push(`${path} changes files`)
    if (/^export default\b/m.test(text)) faults.push(`${path} has a default export`)
    if (/\b(utils?|helpers?|common|misc)\b/.test(path)) faults.push(`${path} has a name that says nothing`)
    if (text.split('\n').length > LONGEST) faults.push(`${path} has over ${LONGEST} lines`)
  }
  return [...faults, ...cyclesIn(graph)]
}

function faultsOfPackage(path: string, from: string): string[] {
  const name = from.startsWith('@') ? from.split('/', 2).join('/') : from.startsWith('node:') ? from : from.split('/', 1)[0]!
  if (isIn(path, ['src/core/']) && name.startsWith('node:')) return [`${path} imports ${name}`]
  const allowed = PACKAGES[name]
  if (allowed === undefined) return name.startsWith('node:') ? [] : [`${path} imports ${name}, which has no place yet`]
  return isIn(path, allowed) ? [] : [`${path} imports ${name}`]
}

function isForbiddenChange(path: string, from: string, name: string): boolean {
  if (!/^node:fs(\/promises)?$/.test(from) || isIn(path, CHANGERS)) return false
  return (name === '*' || CHANGES.test(name)) && !ALLOWED_CHANGES.has(`${path} ${name}`)
}

function isIn(path: string, parts: readonly string[]): boolean {
  return parts.some((part) => (part.endsWith('/') ? path.startsWith(part) : path === part))
}

function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push(`a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
    else if (!done.has(path)) for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}

function readSources(): Sources {
  const files = ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  return new Map(files.map((file) => [file.slice(CHECKOUT.length).replaceAll('\\', '/'), readFileSync(file, 'utf8')]))
}

const SOURCES = readSources()

it('has sources to look at', () => {
  expect(SOURCES.size).toBeGreaterThan(50)
  const imports = [...SOURCES.values()].flatMap(importsOf)
  expect(imports.filter(({ from }) => from.startsWith('.')).length).toBeGreaterThan(100)
})

it('keeps its rules', () => {
  expect(faultsOf(SOURCES)).toEqual([])
})

it('lists each package that it imports as a dependency, and no other', () => {
  const { dependencies } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const used = Object.keys(PACKAGES).filter((name) => !name.startsWith('node:'))
  expect(Object.keys(dependencies).toSorted()).toEqual(used.toSorted())
})

describe('a rule is broken by', () => {
  it.each([
    ['src/types.ts', "import type { ErrorCode } from './errors.ts'", 'imports src/errors.ts'],
    ['src/core/scope.ts', "import { lstat } from '../tree/stat.ts'", 'imports src/tree/stat.ts'],
    ['src/core/scope.ts', "import { join } from 'node:path'", 'imports node:path'],
    ['src/core/scope.ts', 'export const now = (): number => Date.now()', 'is not pure'],
    ['src/tree/stat.ts', "import type { Store } from '../store/store.ts'", 'imports src/store/store.ts'],
    ['src/store/store.ts', "import { lstat } from '../tree/stat.ts'", 'imports src/tree/stat.ts'],
    ['src/baseline/lock.ts', "import { lstat } from '../tree/stat.ts'", 'imports src/tree/stat.ts'],
    ['src/baseline/lock.ts', "import type { Store } from '../store/store.ts'", 'imports src/store/store.ts'],
    ['workers/writer.ts', "export { openStore } from '../src/store/open.ts'", 'imports src/store/open.ts'],
    ['src/sync/export.ts', "import { openTable } from '../store/table.ts'", 'imports src/store/table.ts'],
    ['src/sync/export.ts', "import { openBaseline } from '../baseline/sqlite.ts'", 'imports src/baseline/sqlite.ts'],
    ['src/sync/export.ts', "import type { Config } from '../config.ts'", 'imports src/config.ts'],
    ['src/config/schema.ts', "import { scopeOf } from '../core/scope.ts'", 'imports src/core/scope.ts'],
    ['src/cli/run.ts', "import { exportRows } from '../sync/export.ts'", 'imports src/sync/export.ts'],
    ['src/cli/run.ts', "const { lstat } = await import('../tree/stat.ts')", 'imports src/tree/stat.ts'],
    ['src/index.ts', "export { lstat } from './tree/stat.ts'", 'imports src/tree/stat.ts'],
    ['src/other.ts', 'export const other = 1', 'belongs to no part'],
    ['src/sync/export.ts', "import type { Piscina } from 'piscina'", 'imports piscina'],
    ['src/sync/export.ts', "import { watch } from 'chokidar'", 'imports chokidar'],
    ['src/engine.ts', "import { sql } from 'kysely'", 'imports kysely'],
    ['src/sync/export.ts', "import mysql from 'mysql2/promise'", 'imports mysql2'],
    ['src/sync/export.ts', "import { DatabaseSync } from 'node:sqlite'", 'imports node:sqlite'],
    ['src/cli/run.ts', "import { z } from 'zod'", 'imports zod'],
    ['src/engine.ts', "import { Command } from 'commander'", 'imports commander'],
    ['src/engine.ts', "import chalk from 'chalk'", 'imports chalk, which has no place yet'],
    ['src/engine.ts', "import {\n  existsSync,\n  writeFileSync as write,\n} from 'node:fs'", 'calls writeFileSync'],
    ['src/cli/run.ts', "import { rename } from 'node:fs/promises'", 'calls rename'],
    ['src/sync/export.ts', "import * as fs from 'node:fs'", 'calls *'],
    ['src/sync/export.ts', "const fs = await import('node:fs')", 'calls *'],
    ['src/cli/run.ts', "import { mkdtempSync } from 'node:fs'", 'calls mkdtempSync'],
    ['src/sync/export.ts', "Deno.removeSync('x')", 'changes files'],
    ['src/cli/run.ts', 'export default 1', 'has a default export'],
    ['src/core/utils.ts', 'export const one = 1', 'has a name that says nothing'],
    ['src/cli/run.ts', '\n'.repeat(301), 'has over 300 lines'],
    ['src/tree/stat.ts', "import { lstat } from './statt.ts'", 'imports src/tree/statt.ts, which does not exist'],
  ])('%s with %j', (path, line, fault) => {
    const broken = new Map(SOURCES).set(path, `${SOURCES.get(path) ?? ''}\n${line}\n`)
    expect(faultsOf(broken)).toContain(`${path} ${fault}`)
  })

  it('a cycle', () => {
    const broken = new Map(SOURCES).set('src/tree/stat.ts', `${SOURCES.get('src/tree/stat.ts')}\nimport './atomic.ts'\n`)
    expect(faultsOf(broken)).toContain('a cycle: src/tree/stat.ts → src/tree/atomic.ts → src/tree/stat.ts')
  })
})
