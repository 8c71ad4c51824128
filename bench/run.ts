/**
 * The benchmarks. `npm run bench` measures all groups and prints their tables, with the targets beside what was measured; README.md tells of the flags.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ext4 } from './ext4.ts'
import type { Group, Measured } from './group.ts'
import { chosen, groupsFor } from './groups/index.ts'
import { machine } from './machine.ts'
import { build, fillCache, findTools } from './provide.ts'
import { race } from './race.ts'
import { checks, checkTable } from './report/check.ts'
import type { Document } from './report/document.ts'
import { measuredPage, section, withMeasured } from './report/page.ts'
import { pictureOf } from './report/picture.ts'
import { type ScaleOptions, scaleOf } from './setting.ts'

const { values: flags } = parseArgs({
  options: {
    'quick': { type: 'boolean', default: false },
    'only': { type: 'string', multiple: true, default: [] },
    'rows': { type: 'string' },
    'rows-max': { type: 'string' },
    'json': { type: 'string' },
    'from': { type: 'string' },
    'readme': { type: 'boolean', default: false },
    'disk': { type: 'string', default: '/var/tmp' },
    'memory': { type: 'string', default: '/dev/shm' },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const only = flags.only.flatMap((names) => names.split(','))
const earlier = flags.from === undefined ? undefined : (JSON.parse(readFileSync(flags.from, 'utf8')) as Document)

function count(flag: 'rows' | 'rows-max'): number | undefined {
  const text = flags[flag]
  if (text === undefined) return undefined
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`Cannot measure --${flag} ${text}: it is no number of rows`)
  return Number(text)
}

/** Runs groups one after another, and prints each as soon as it is measured. */
function measure(groups: readonly Group[], places: Readonly<Record<Group['place'], string>>): Record<string, Measured> {
  return Object.fromEntries(groups.map((group) => {
    const start = performance.now()
    process.stderr.write(`${group.name} `)
    const measured = { title: group.title, results: race(places[group.place], group.contenders(), group.processes) }
    process.stderr.write(`${((performance.now() - start) / 1_000).toFixed(0)} s\n`)
    process.stdout.write(`\n${section(group, measured, false)}\n`)
    return [group.name, measured]
  }))
}

function writeReadme(document: Document, groups: readonly Group[]): void {
  mkdirSync(here('charts'), { recursive: true })
  for (const { name, pictures } of groups) {
    for (const picture of pictures) {
      const svg = pictureOf(picture, document.groups[name]?.results ?? [])
      if (svg !== undefined) writeFileSync(here(`charts/${picture.name}.svg`), svg)
    }
  }
  writeFileSync(here('README.md'), withMeasured(readFileSync(here('README.md'), 'utf8'), measuredPage(document, groups)))
}

function main(): void {
  const memory = mkdtempSync(join(flags.memory, 'rowtree-bench-'))
  // The caches of what an installed package has anyway.
  process.env['NODE_COMPILE_CACHE'] = join(memory, 'cache')
  const disk = ext4(memory, flags.disk)
  try {
    const options: ScaleOptions = earlier?.options ?? { quick: flags.quick, rows: count('rows'), rowsMax: count('rows-max') }
    const scale = scaleOf(options)
    const tools = findTools(memory)
    const wanted = earlier === undefined || only.length > 0
    const setting = { scale, memory, disk: disk.path, diskName: disk.name, tools, built: wanted ? build(memory) : '' }
    const groups = groupsFor(setting)
    const now = chosen(groups, only)
    if (wanted) fillCache(memory)
    const measured = { ...earlier?.groups, ...(wanted && measure(now, { memory, disk: disk.path })) }
    const document: Document = {
      date: new Date().toISOString(), options, machine: machine(setting), ...(!wanted && earlier), groups: measured, checks: checks(groups, measured),
    }
    process.stdout.write(`\n### Targets\n\n${checkTable(document.checks)}\n`)
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(document, undefined, 2)}\n`)
    if (flags.readme) writeReadme(document, groups)
  } finally {
    disk.remove()
    rmSync(memory, { recursive: true, force: true })
  }
}

// Ctrl-C ends the contender that runs, which ends this in order; by itself it would leave a mounted disk behind.
process.on('SIGINT', () => {})
main()
