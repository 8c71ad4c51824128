import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkout, found, read } from './checkout.ts'
import { faultsOf } from './rules.ts'
import { faultsOfShell } from './shell.ts'

const HERE = checkout()
const WORKFLOWS = found('.github/workflows/*.yml')
const ACTIONS = found('.github/actions/*/action.yml')
const SCRIPTS = [...found('.ci/*'), ...found('.github/actions/rowtree'), ...found('.github/actions/*/run')]

it('there is something to look at', () => {
  expect(WORKFLOWS).toEqual(['.github/workflows/ci.yml', '.github/workflows/throughput.yml'])
  expect(ACTIONS.length).toBeGreaterThan(2)
  expect(SCRIPTS.length).toBeGreaterThan(6)
})

it.each([...WORKFLOWS, ...ACTIONS])('%s keeps the rules', (path) => {
  expect(faultsOf(read(path), HERE)).toEqual([])
})

it('every use of an action is of the same commit', () => {
  const uses = [...WORKFLOWS, ...ACTIONS].flatMap((path) => [...read(path).matchAll(/\buses: ([^.\s]\S*?)@(\S+)/g)])
  const hashes = Map.groupBy(uses, ([, action]) => action!)
  expect([...hashes.keys()].toSorted()).toEqual(['actions/checkout', 'actions/setup-node', 'actions/upload-artifact'])
  for (const [action, all] of hashes) expect([action, new Set(all.map(([, , hash]) => hash)).size]).toEqual([action, 1])
})

interface Job {
  readonly 'runs-on': string
  readonly 'strategy'?: { readonly matrix: { readonly runtime: readonly (string | number)[]; readonly os?: readonly string[] } }
  readonly 'services'?: Readonly<Record<string, { readonly image: string; readonly env: unknown }>>
  readonly 'env'?: Readonly<Record<string, string>>
}

const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Readonly<Record<'linux' | 'elsewhere', Job>> }

describe('the matrix', () => {
  const { engines, devDependencies } = JSON.parse(read('package.json')) as { engines: { node: string }; devDependencies: { node: string } }
  const oldest = engines.node.replace('>=', '')
  const [first, last] = [oldest, devDependencies.node].map((version) => Number(version.split('.')[0])) as [number, number]
  const even = Array.from({ length: (last - first) / 2 + 1 }, (_, index) => first + index * 2)

  it('has the oldest Node that is promised, each even one up to that which is pinned, and Deno', () => {
    expect(jobs.linux.strategy!.matrix.runtime).toEqual([oldest, ...even.slice(1), 'deno'])
    expect(jobs.elsewhere.strategy!.matrix.runtime).toEqual([...even, 'deno'])
  })

  it('has all three systems', () => {
    expect([jobs.linux['runs-on'], ...jobs.elsewhere.strategy!.matrix.os!]).toEqual(['ubuntu-latest', 'macos-latest', 'windows-latest'])
  })

  it('has the servers of compose.yaml, where the tests look for them', () => {
    const { services } = parse(read('compose.yaml')) as { services: Job['services'] }
    const ofInterest = (of: Job['services']): unknown => Object.entries(of!).map(([name, { image, env, ...rest }]) => [name, image, env ?? (rest as { environment?: unknown }).environment])
    expect(ofInterest(jobs.linux.services)).toEqual(ofInterest(services))
    for (const variable of ['ROWTREE_TEST_MYSQL', 'ROWTREE_TEST_POSTGRES']) expect(read('.ci/run')).toContain(`{${variable}-${jobs.linux.env![variable]}}`)
  })
})

describe.each(SCRIPTS)('%s', (path) => {
  it('stops at the first failure', () => {
    expect(read(path)).toMatch(/^#!\/usr\/bin\/env bash\n(#.*\n)+set -euo pipefail\n/)
    expect(HERE.has(path, true)).toBe(true)
  })

  it.skipIf(process.platform === 'win32')('is read by the shell', () => {
    const { status, stderr } = spawnSync('bash', ['-n', fileURLToPath(new URL(`../../${path}`, import.meta.url))], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it('names only what is there', () => {
    expect(faultsOfShell(read(path), HERE)).toEqual([])
  })
})

it.each([
  ['.github/actions/check/run', ['doctor', 'import', 'status']],
  ['.github/actions/throughput/run', ['bench']],
])('%s gives no flag that none of its commands has', (path, commands) => {
  const known = new Set(commands.flatMap((command) => [...(HERE.flags.get(command) ?? [])]))
  const given = [...read(path).matchAll(/(?<=[\s(])--[a-z][\w-]*/g)].map(([flag]) => flag)
  expect(given.length).toBeGreaterThan(1)
  expect(given.filter((flag) => !known.has(flag))).toEqual([])
})

it('the flags of the benchmarks are theirs', () => {
  const given = [...read('.ci/throughput').matchAll(/npm run (?:--silent )?bench -- (.*?) >/g)].flatMap(([, flags]) => [...flags!.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag!))
  expect(given).not.toEqual([])
  for (const flag of given) expect(read('bench/run.ts')).toMatch(new RegExp(`^.*\\b${flag}'?: \\{ type: `, 'm'))
})

const EXAMPLES = [...read('docs/ci.md').matchAll(/```(yaml|sh)\n([^]*?)```/g)].map(([, language, text]) => [language!, text!] as const)

describe('docs/ci.md', () => {
  it('shows workflows and scripts', () => {
    expect(EXAMPLES.filter(([language]) => language === 'yaml').length).toBeGreaterThan(2)
    expect(EXAMPLES.filter(([language]) => language === 'sh').length).toBeGreaterThan(0)
  })

  it.each(EXAMPLES.filter(([, text]) => /^jobs:/m.test(text)))('shows a workflow that keeps the rules (%s)\n%s', (_, text) => {
    expect(faultsOf(text, HERE, { pinned: false })).toEqual([])
  })

  it.each(EXAMPLES.filter(([language]) => language === 'yaml'))('shows YAML (%s)\n%s', (_, text) => {
    expect(parse(text, { uniqueKeys: true })).toBeInstanceOf(Object)
  })

  it.each(EXAMPLES)('names only what is there (%s)\n%s', (_, text) => {
    expect(faultsOfShell(text, HERE)).toEqual([])
  })

  it.each(ACTIONS.filter((path) => !path.includes('/install/')))('explains every input of %s, and no other', (path) => {
    const name = path.split('/')[2]!
    const section = read('docs/ci.md').split(/^## /m).find((one) => one.includes(`.github/actions/${name}@`))!
    const explained = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, input]) => input!)
    expect(explained.toSorted()).toEqual([...HERE.inputs.get(`.github/actions/${name}`)!.keys()].toSorted())
  })
})

const GOOD = `name: Try
on: push
permissions: { contents: read }
defaults: { run: { shell: bash } }
jobs:
  one:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    strategy: { matrix: { runtime: [22] } }
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
      - uses: ./.github/actions/install
        with: { node-version: "\${{ matrix.runtime }}" }
      - id: two
        run: rowtree status --exit-code
      - if: steps.two.outcome == 'success'
        run: npm run check
`

describe('a rule is broken by', () => {
  it('nothing in what the others begin with', () => {
    expect(faultsOf(GOOD, HERE)).toEqual([])
  })

  it.each([
    ['a key twice', 'on: push', 'on: push\non: push', 'Map keys must be unique'],
    ['a key that nobody knows', 'timeout-minutes: 5', 'timeout: 5', 'one: nobody knows timeout'],
    ['no limit of time', '    timeout-minutes: 5\n', '', 'one has no timeout-minutes'],
    ['no permissions', 'permissions: { contents: read }\n', '', 'permissions are more than reading contents'],
    ['rights to write', 'contents: read', 'contents: write', 'permissions are more than reading contents'],
    ['a tag', /@de0f\S+ # v6.0.2/, '@v6', 'actions/checkout@v6 is not pinned'],
    ['a branch', /@de0f\S+ # v6.0.2/, '@main', 'actions/checkout@main is not pinned'],
    ['a hash without its version', ' # v6.0.2', '', 'actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd does not tell its version'],
    ['an action that is not there', 'actions/install', 'actions/instal', 'one: there is no action .github/actions/instal'],
    ['an input that it does not take', 'node-version:', 'node:', 'one: .github/actions/install takes no node'],
    ['text of others in a script', 'npm run check', 'echo "${{ github.event.pull_request.title }}"', 'one: an expression in a script'],
    ['a script that is not there', 'npm run check', 'npm run chekc', 'one: there is no script chekc'],
    ['a program that is not there', 'npm run check', '.ci/sweet 22', 'one: .ci/sweet is no program'],
    ['a command that is not there', 'rowtree status', 'rowtree state', 'one: rowtree has no state'],
    ['a flag that is not there', '--exit-code', '--exitcode', 'one: rowtree status has no --exitcode'],
    ['a dimension that is not there', 'matrix.runtime', 'matrix.node', 'one: there is no matrix.node'],
    ['a step that is not there', 'steps.two.', 'steps.too.', 'one: there is no steps.too'],
    ['a context that is not there', 'steps.two.', 'step.two.', 'one: nobody knows step'],
    ['a step that does both', 'run: npm run check', 'run: npm run check\n        uses: ./.github/actions/install', 'one: a step either uses or runs'],
    ['services on Windows', 'runs-on: ubuntu-latest', 'runs-on: windows-latest\n    services: { a: { image: b } }', 'one: services are for Linux only'],
    ['the shell of Windows', /defaults: .*\n([^]*)ubuntu/, '$1windows', 'one: Windows has another shell'],
  ])('%s', (_, from, to, fault) => {
    const broken = GOOD.replace(from, to)
    expect(broken).not.toBe(GOOD)
    expect(faultsOf(broken, HERE)).toContainEqual(expect.stringContaining(fault))
  })
})
