import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { command, finished } from '../support/cli.ts'
import { documentOf, type Project, project, stateOf } from '../support/project.ts'
import { source, startScript } from '../support/script.ts'
import { type Page, samplePages, sql } from '../support/tables.ts'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.ts'

const PAGES: readonly Page[] = [
  { site: 'north', slug: 'a', body: 'one\ntwo\nthree\n' },
  { site: 'north', slug: 'b', body: 'first\r\nsecond' },
  { site: 'south', slug: 'c', body: 'same\n' },
]

const PATCH = `--- store/north/a.html
+++ tree/north/a.html
@@ -1,3 +1,4 @@
 one
-two
+\x1b[2Jzwei
 three
+four
`

/** The first file and the second row are edited. */
async function edited(): Promise<Project> {
  const made = project(PAGES)
  await made.run(['export', '-q'])
  writeFileSync(made.at('tree', 'north', 'a.html'), 'one\n\x1b[2Jzwei\nthree\nfour\n')
  sql(made.database, "update pages set body = 'erste' where slug = 'b'")
  return made
}

describe('patches', () => {
  it('are true to the byte in a pipe, and nothing is changed', async () => {
    const { run, directory } = await edited()
    const before = stateOf(directory)
    const done = await run(['diff'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout.startsWith(PATCH)).toBe(true)
    expect(done.stdout.slice(PATCH.length)).toContain('\n-erste\n\\ No newline at end of file\n+first\r\n')
    expect(stateOf(directory)).toEqual(before)
  })

  it('are about the paths that are named, and tell drift to those who ask', async () => {
    const { run } = await edited()
    expect(await run(['diff', 'tree/north/a.html', '--exit-code'])).toEqual({ code: 2, signal: null, stdout: PATCH, stderr: '' })
    expect(await run(['diff', '--only', 'a.html'])).toMatchObject({ code: 0, stdout: PATCH })
    expect(await run(['diff', 'tree/south', '--exit-code'])).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(await run(['diff', '--exit-code', '-q'])).toEqual({ code: 2, signal: null, stdout: '', stderr: '' })
  })

  it.each([
    { flags: ['--from', 'baseline'], names: ['a'], header: '--- baseline/north/a.html\n+++ tree/north/a.html\n' },
    { flags: ['--to', 'baseline'], names: ['b'], header: '--- store/north/b.html\n+++ baseline/north/b.html\n' },
    { flags: ['--from', 'tree', '--to', 'store'], names: ['a', 'b'], header: '--- tree/north/a.html\n+++ store/north/a.html\n' },
  ])('compare what is asked for: $flags', async ({ flags, names, header }) => {
    const { run } = await edited()
    const { stdout } = await run(['diff', ...flags])
    expect(stdout.startsWith(header)).toBe(true)
    expect([...stdout.matchAll(/^\+\+\+ \w+\/north\/(\w)/gm)].map(([, name]) => name)).toEqual(names)
  })

  it('are in one JSON document', async () => {
    const { run } = await edited()
    const done = await run(['diff', '--json', '--exit-code'])
    expect(done).toMatchObject({ code: 2, stderr: '' })
    expect(documentOf(done)).toEqual({
      command: 'diff',
      ok: true,
      differences: [
        { path: 'north/a.html', state: 'tree-changed', from: 'store', to: 'tree', binary: false, added: 2, removed: 1, patch: PATCH },
        expect.objectContaining({ path: 'north/b.html', state: 'store-changed', added: 2, removed: 1 }),
      ],
    })
    const { differences } = documentOf(await run(['diff', '--json', '--stat'])) as { differences: object[] }
    expect(differences[0]).toEqual({ path: 'north/a.html', state: 'tree-changed', from: 'store', to: 'tree', binary: false, added: 2, removed: 1 })
  })

  it('say when a version is not text', async () => {
    const { run, at } = await edited()
    writeFileSync(at('tree', 'south', 'c.html'), Buffer.from([0xff, 0xfe]))
    expect((await run(['diff', 'south/c.html'])).stdout).toBe('Binary versions store/south/c.html and tree/south/c.html differ\n')
  })

  it('know when nobody reads any more', async () => {
    const code = `
      import { Output } from ${JSON.stringify(source('cli/output.ts'))}
      process.stdout.on('error', () => {})
      const output = new Output({ json: false, quiet: false, verbose: false })
      let lines = 0
      while (lines < 100_000 && (await output.data('a line\\n'))) lines++
      process.stderr.write(lines < 100_000 ? 'the reader is gone' : 'nobody told')
    `
    const done = await finished(startScript(code, [], {}, ['sh', '-c', '"$@" | head -n 1', 'sh']))
    expect(done).toMatchObject({ code: 0, stdout: 'a line\n', stderr: 'the reader is gone' })
  })

  it('end when their reader does', async () => {
    const made = project(samplePages(600, 2_400))
    await made.run(['export', '-q'])
    sql(made.database, "update pages set body = upper(body) || 'end'")
    const [file, args] = command(['diff', '--exit-code'])
    const shell = spawn('sh', ['-c', '{ "$@"; echo "code $?" >&2; } | head -n 1', 'sh', file, ...args], { cwd: made.directory })
    expect(await finished(shell)).toMatchObject({ stdout: expect.stringMatching(/^--- [^\n]*\n$/), stderr: 'code 2\n' })
  })
})

describe('--stat', () => {
  it('counts lines', async () => {
    const { run } = await edited()
    expect(await run(['diff', '--stat'])).toMatchObject({
      code: 0,
      stdout: ' north/a.html | 3 ++-\n north/b.html | 3 ++-\n 2 files changed, 4 insertions(+), 2 deletions(-)\n',
    })
    expect(await run(['diff', '--stat', '--exit-code', 'south'])).toMatchObject({ code: 0, stdout: '' })
  })
})

/** A slow machine shows a bar of progress first, and takes it away. */
function withoutBar(text: string): string {
  return text.split('\x1b[1G\x1b[2K').at(-1)!
}

describe.skipIf(!HAS_TERMINAL)('on a real terminal (needs script of util-linux)', () => {
  it('colours patches and gives the terminal no orders', async () => {
    const { directory, at } = await edited()
    const { stdout } = await onTerminal(['diff', 'north/a.html'], 80, { cwd: directory })
    expect(stdout).toContain('\x1b[32m+^[[2Jzwei\x1b[39m\r\n')
    expect(stdout).toContain('\x1b[36m@@ -1,3 +1,4 @@\x1b[39m\r\n')
    expect(stripVTControlCharacters(withoutBar(stdout)).replaceAll('\r\n', '\n')).toBe(PATCH.replace('\x1b', '^['))
    const plain = await onTerminal(['diff', 'north/a.html', '--no-color'], 80, { cwd: directory })
    expect(withoutBar(plain.stdout).replaceAll('\r\n', '\n')).toBe(PATCH.replace('\x1b', '^['))
    expect(readFileSync(at('tree', 'north', 'a.html'), 'utf8')).toContain('\x1b[2J')
  })

  it.each([80, 40])('fits a --stat into %d columns', async (columns) => {
    const { directory, database } = project(samplePages(30, 60))
    await onTerminal(['export', '-q'], 80, { cwd: directory })
    sql(database, `update pages set body = body || '${'line\n'.repeat(300)}'`)
    const { stdout } = await onTerminal(['diff', '--stat'], columns, { cwd: directory })
    const lines = stripVTControlCharacters(stdout).trimEnd().split('\r\n')
    expect(lines).toHaveLength(31)
    expect(lines.filter((line) => line.length >= columns)).toEqual([])
  })

  it('sets a status off', async () => {
    const { directory } = await edited()
    const { stdout } = await onTerminal(['status'], 80, { cwd: directory })
    expect(stdout).toContain('\x1b[1mChanged in the tree\x1b[22m\r\n')
    expect(stdout).toContain('  \x1b[32mM\x1b[39m north/a.html\r\n')
  })
})
