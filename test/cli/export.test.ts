import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { command, finished } from '../support/cli.ts'
import { CONFIG, documentOf, filesBelow, project, stateOf } from '../support/project.ts'
import { samplePages, sql } from '../support/tables.ts'

const SUMMARY = /^(\d+) exported( · [\d,]+ [a-z]+)* · \d+\.\d\d s \([\d,]+ rows\/s\)\n$/
const KEYS =
  'command ok exported imported adopted unchanged removed deleted pending bytes seconds rowsPerSecond conflicts holds problems deletions untracked'.split(
    ' ',
  )
const NORTH = ['page-000000', 'page-000002', 'page-000004'].map((slug) => `north/${slug}.html`)
const SOUTH = ['page-000001', 'page-000003', 'page-000005'].map((slug) => `south/${slug}.html`)
const [FILE] = NORTH as [string]
/** What a person is told about any conflict. */
const REMEDY = 'rowtree diff <path> shows a conflict, rowtree resolve <path> settles it.\n'

describe('what it prints', () => {
  it('is one summary line on stdout', async () => {
    const { run, tree } = project()
    const done = await run(['export'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(SUMMARY)
    expect(done.stdout).toContain('6 exported · 0 unchanged')
    expect(filesBelow(tree)).toEqual([...NORTH, ...SOUTH])
  })

  it('is one JSON document with every key', async () => {
    const { run } = project()
    const done = await run(['export', '--json'])
    const document = documentOf(done)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(document)).toEqual(KEYS)
    expect(document).toMatchObject({ command: 'export', ok: true, exported: 6, unchanged: 0, conflicts: [], holds: [], problems: [] })
  })

  it('is one JSON document with conflicts, too', async () => {
    const { run, at } = project()
    mkdirSync(at('tree', 'north'), { recursive: true })
    writeFileSync(at('tree', FILE), 'mine')
    const done = await run(['export', '--json'])
    expect(done).toMatchObject({ code: 3, stderr: '' })
    expect(documentOf(done)).toMatchObject({
      ok: false,
      exported: 5,
      conflicts: [{ path: FILE, code: 'file-in-the-way', message: expect.stringContaining(FILE) }],
    })
  })

  it('is one JSON document with problems, too', async () => {
    const { run, at } = project()
    mkdirSync(at('tree', FILE), { recursive: true })
    const done = await run(['export', '--json'])
    expect(done).toMatchObject({ code: 1, stderr: '' })
    const document = documentOf(done)
    expect(Object.keys(document)).toEqual(KEYS)
    expect(document).toMatchObject({ ok: false, exported: 5, problems: [{ path: FILE, code: 'target-is-directory' }] })
  })

  it('is one JSON document when nothing could be done, too', async () => {
    const { run, database } = project()
    rmSync(database)
    const done = await run(['export', '--json'])
    expect(done).toMatchObject({ code: 78, stderr: '' })
    expect(documentOf(done)).toEqual({
      command: 'export',
      ok: false,
      error: { code: 'store-missing', message: expect.stringContaining(database), path: database, errno: 'ENOENT' },
    })
  })

  it('is nothing with --quiet, except what needs attention', async () => {
    const { run, at } = project()
    expect(await run(['export', '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    writeFileSync(at('tree', FILE), 'mine')
    sql(at('site.sqlite'), "update pages set body = 'new'")
    const done = await run(['export', '-q'])
    expect(done).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/^conflict: north\/page-000000\.html .*\n$/) })
  })

  it('names its places on stderr with --verbose', async () => {
    const { run, at } = project()
    const done = await run(['export', '-v'])
    expect(done.stdout).toMatch(SUMMARY)
    expect(done.stderr).toBe(`config ${at('rowtree.yaml')}\ntree   ${at('tree')}\nstate  ${at('.rowtree')}\n`)
  })

  it('lists 20 items of a kind and counts the rest', async () => {
    const { run, at } = project(samplePages(50))
    mkdirSync(at('tree'))
    writeFileSync(at('tree', 'north'), 'a file')
    const { code, stderr } = await run(['export'])
    expect(code).toBe(1)
    expect(stderr.match(/^problem: .*north.*$/gm)).toHaveLength(20)
    expect(stderr).toContain('problem: and 5 more; --json lists all\n')
  })

  it('reaches a reader that stops early without harm', async () => {
    const { directory, tree } = project()
    const [file, args] = command(['export'])
    const shell = spawn('sh', ['-c', '{ "$@"; echo "code $?" >&2; } | true', 'sh', file, ...args], { cwd: directory })
    expect(await finished(shell)).toMatchObject({ stderr: 'code 0\n' })
    expect(filesBelow(tree)).toHaveLength(6)
  })
})

describe('what it does', () => {
  it('leaves files that are up to date untouched', async () => {
    const { run, tree } = project()
    await run(['export'])
    const before = stateOf(tree)
    const done = await run(['export'])
    expect(done.stdout).toContain('0 exported · 6 unchanged')
    expect(stateOf(tree)).toEqual(before)
  })

  it('is also called pull', async () => {
    const { run, tree } = project()
    expect(await run(['pull', '--json']).then(documentOf)).toMatchObject({ command: 'export', exported: 6 })
    expect(filesBelow(tree)).toHaveLength(6)
  })

  it('changes nothing at all in a dry run', async () => {
    const { run, directory, at } = project()
    const before = stateOf(directory)
    const done = await run(['export', '--dry-run'])
    expect(done.stdout).toMatch(/^dry run: 6 exported/)
    expect(documentOf(await run(['export', '-n', '--json']))).toMatchObject({ dryRun: true, exported: 6 })
    expect(stateOf(directory)).toEqual(before)
    // The same with a state directory that is empty.
    mkdirSync(at('.rowtree'))
    const emptied = stateOf(directory)
    await run(['export', '-n'])
    expect(stateOf(directory)).toEqual(emptied)
  })

  it('changes nothing at all in a dry run after an export', async () => {
    const { run, directory, at } = project()
    await run(['export'])
    rmSync(at('tree', FILE))
    writeFileSync(at('tree', SOUTH[0]!), 'mine')
    sql(at('site.sqlite'), "update pages set body = 'new' where slug in ('page-000001', 'page-000002'); delete from pages where slug = 'page-000003'")
    const before = stateOf(directory)
    const done = await run(['export', '-n', '--prune', '--force', '--json'])
    expect(documentOf(done)).toMatchObject({ exported: 3, unchanged: 2, removed: 1, pending: 0 })
    expect(stateOf(directory)).toEqual(before)
  })

  it('writes a deleted file again', async () => {
    const { run, at } = project()
    await run(['export'])
    const content = readFileSync(at('tree', FILE), 'utf8')
    rmSync(at('tree', FILE))
    expect((await run(['export'])).stdout).toContain('1 exported · 5 unchanged')
    expect(readFileSync(at('tree', FILE), 'utf8')).toBe(content)
  })

  it('leaves an edited file alone, pending', async () => {
    const { run, at } = project()
    await run(['export'])
    writeFileSync(at('tree', FILE), 'mine')
    const done = await run(['export'])
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('--force') })
    expect(done.stdout).toContain('0 exported · 5 unchanged · 1 pending')
    expect(readFileSync(at('tree', FILE), 'utf8')).toBe('mine')
  })

  it('calls an edited file with a changed row a conflict and touches neither', async () => {
    const { run, at, database } = project()
    await run(['export'])
    writeFileSync(at('tree', FILE), 'mine')
    sql(database, "update pages set body = 'theirs' where slug = 'page-000000'")
    const done = await run(['export'])
    expect(done).toMatchObject({ code: 3, stderr: `conflict: ${FILE} and its row both differ from what they last agreed on; neither was touched\n${REMEDY}` })
    expect(done.stdout).toContain('0 exported · 5 unchanged · 1 conflict ·')
    expect(readFileSync(at('tree', FILE), 'utf8')).toBe('mine')
  })

  it('lets the store win with --force', async () => {
    const { run, at, database } = project()
    await run(['export'])
    writeFileSync(at('tree', FILE), 'mine')
    writeFileSync(at('tree', SOUTH[0]!), 'mine')
    sql(database, "update pages set body = 'theirs' where slug = 'page-000000'")
    const done = await run(['export', '--force'])
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('2 exported · 4 unchanged') })
    expect(readFileSync(at('tree', FILE), 'utf8')).toBe('theirs')
  })

  it("leaves somebody's file alone, and adopts it when it is the same", async () => {
    const { run, at } = project()
    mkdirSync(at('tree', 'north'), { recursive: true })
    writeFileSync(at('tree', FILE), 'mine')
    writeFileSync(at('tree', NORTH[1]!), samplePages(3)[2]!.body!)
    const done = await run(['export'])
    expect(done).toMatchObject({ code: 3, stdout: expect.stringContaining('4 exported · 1 adopted · 0 unchanged · 1 conflict') })
    expect(done.stderr).toContain(`conflict: ${FILE} is a file that rowtree did not write`)
    expect(readFileSync(at('tree', FILE), 'utf8')).toBe('mine')
  })

  it('keeps a file whose row is gone, pending, and removes it with --prune', async () => {
    const { run, tree, database } = project()
    await run(['export'])
    sql(database, "delete from pages where slug = 'page-000000'")
    expect(await run(['export'])).toMatchObject({ code: 0, stdout: expect.stringContaining('5 unchanged · 1 pending') })
    expect(filesBelow(tree)).toHaveLength(6)
    expect(await run(['export', '--prune'])).toMatchObject({ code: 0, stdout: expect.stringContaining('5 unchanged · 1 removed') })
    expect(filesBelow(tree)).toEqual([...NORTH.slice(1), ...SOUTH])
  })

  it('calls an edited file whose row is gone a conflict, even with --prune', async () => {
    const { run, at, database } = project()
    await run(['export'])
    writeFileSync(at('tree', FILE), 'mine')
    sql(database, "delete from pages where slug = 'page-000000'")
    const done = await run(['export', '--prune'])
    expect(done).toMatchObject({ code: 3, stderr: `conflict: ${FILE} was edited, but its row is gone; the file was not touched\n${REMEDY}` })
    expect(readFileSync(at('tree', FILE), 'utf8')).toBe('mine')
  })

  it.each([
    { flags: ['--only', 'north/'], files: NORTH },
    { flags: ['--ignore', 'north/'], files: SOUTH },
    { flags: ['--only', 'north/', '--only', '*1.html'], files: [...NORTH, SOUTH[0]] },
    { flags: ['--only', 'north/', '*1.html', '--ignore', FILE], files: [...NORTH.slice(1), SOUTH[0]] },
  ])('exports what it is asked for: $flags', async ({ flags, files }) => {
    const { run, tree } = project()
    expect(await run(['export', ...flags])).toMatchObject({ code: 0, stderr: '' })
    expect(filesBelow(tree)).toEqual(files)
  })

  it.each([['--workers', '0'], ['--workers', '2'], ['--workers', 'auto'], ['--fsync', 'off'], ['--fsync', 'file'], ['--fsync', 'batch']])(
    'exports the same bytes with %s %s',
    async (...flags) => {
      const pages = samplePages(2_100, 60)
      const { run, tree, at } = project(pages)
      expect(await run(['export', ...flags])).toMatchObject({ code: 0, stdout: expect.stringContaining('2,100 exported') })
      expect(filesBelow(tree)).toHaveLength(2_100)
      for (const { site, slug, body } of pages) expect(readFileSync(at('tree', site, `${slug}.html`), 'utf8')).toBe(body)
    },
  )
})

describe('where it looks', () => {
  it('finds the config upwards', async () => {
    const { run, at, tree } = project()
    mkdirSync(at('a', 'b'), { recursive: true })
    expect(await run(['export'], { cwd: at('a', 'b') })).toMatchObject({ code: 0 })
    expect(filesBelow(tree)).toHaveLength(6)
  })

  it('takes --cwd and --config, the one relative to the other', async () => {
    const { run, at, tree } = project()
    writeFileSync(at('other.yaml'), `${CONFIG.replace('./tree', './other')}state: ./.other\n`)
    mkdirSync(at('empty'))
    expect(await run(['export', '-C', '..', '-c', 'other.yaml'], { cwd: at('empty') })).toMatchObject({ code: 0 })
    expect(filesBelow(at('other'))).toHaveLength(6)
    expect(await run(['-C', at(), 'export'], { cwd: '/' })).toMatchObject({ code: 0 })
    expect(filesBelow(tree)).toHaveLength(6)
  })
})

describe('environment variables', () => {
  it('stand for every flag', async () => {
    const { run, tree, at } = project()
    const env = { ROWTREE_CWD: at(), ROWTREE_CONFIG: 'rowtree.yaml', ROWTREE_JSON: '1', ROWTREE_ONLY: 'north/\n*1.html', ROWTREE_IGNORE: FILE }
    const done = await run(['export'], { cwd: '/', env: { ...env, ROWTREE_WORKERS: '0', ROWTREE_FSYNC: 'off' } })
    expect(documentOf(done)).toMatchObject({ exported: 3 })
    expect(filesBelow(tree)).toEqual([...NORTH.slice(1), SOUTH[0]])
    expect(await run(['export'], { env: { ROWTREE_QUIET: 'true' } })).toMatchObject({ code: 0, stdout: '' })
    expect(await run(['export'], { env: { ROWTREE_VERBOSE: 'yes' } })).toMatchObject({ stderr: expect.stringContaining('config ') })
    expect(await run(['export'], { env: { ROWTREE_DRY_RUN: 'on' } })).toMatchObject({ stdout: expect.stringContaining('dry run') })
  })

  it('lose against flags', async () => {
    const { run, tree } = project()
    const env = { ROWTREE_ONLY: 'south/', ROWTREE_WORKERS: 'nonsense', ROWTREE_CONFIG: 'missing.yaml' }
    expect(await run(['export', '--only', 'north/', '--workers', '0', '-c', 'rowtree.yaml'], { env })).toMatchObject({ code: 0 })
    expect(filesBelow(tree)).toEqual(NORTH)
  })

  it('that are switches mean what they say', async () => {
    const { run, database, at } = project(samplePages(2), CONFIG.replace('off', 'off, prune: false'))
    await run(['export', '-q'])
    writeFileSync(at('prune.yaml'), CONFIG.replace('off', 'off, prune: true'))
    sql(database, "delete from pages where slug = 'page-000000'")
    const cases: [config: string, variable: string | undefined, flag: string, removed: number][] = [
      ['rowtree.yaml', undefined, '', 0],
      ['rowtree.yaml', '', '', 0],
      ['rowtree.yaml', '1', '', 1],
      ['rowtree.yaml', 'True', '', 1],
      ['rowtree.yaml', '0', '', 0],
      ['rowtree.yaml', 'false', '', 0],
      ['rowtree.yaml', 'no', '', 0],
      ['rowtree.yaml', '0', '--prune', 1],
      ['rowtree.yaml', '1', '--no-prune', 0],
      ['prune.yaml', undefined, '', 1],
      ['prune.yaml', '', '', 1],
      ['prune.yaml', '0', '', 0],
      ['prune.yaml', undefined, '--no-prune', 0],
    ]
    const results = await Promise.all(
      cases.map(async ([config, variable, flag]) => {
        const env = variable === undefined ? {} : { ROWTREE_PRUNE: variable }
        const done = await run(['export', '-n', '--json', '-c', config, ...(flag ? [flag] : [])], { env })
        return [config, variable, flag, documentOf(done)['removed']]
      }),
    )
    expect(results).toEqual(cases)
  })

  it('stand above the config', async () => {
    const { run } = project(samplePages(2), CONFIG.replace('off', 'off, workers: 1'))
    const done = await run(['export', '--json'], { env: { ROWTREE_WORKERS: '65' } })
    expect(done.code).toBe(64)
    expect(documentOf(done)).toMatchObject({ command: 'export', ok: false, error: { code: 'usage', message: expect.stringContaining('ROWTREE_WORKERS=65') } })
  })

  it('that are switches say yes or no', async () => {
    const { run, tree } = project()
    const done = await run(['export'], { env: { ROWTREE_DRY_RUN: 'perhaps' } })
    expect(done).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('ROWTREE_DRY_RUN=perhaps is invalid. Write 1 or 0.') })
    expect(() => filesBelow(tree)).toThrow('ENOENT')
  })
})
