import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { documentOf, filesBelow, type Project, project, stateOf } from '../support/project.ts'
import { samplePages, sql } from '../support/tables.ts'

/** Paths of the sample rows by their number. */
const PATHS = ['north/page-000000.html', 'south/page-000001.html', 'north/page-000002.html', 'south/page-000003.html'] as const
const [FIRST, SECOND, THIRD, FOURTH] = PATHS

/** A project whose rows are files already. */
async function exported(count = 6): Promise<Project> {
  const made = project(samplePages(count))
  expect(await made.run(['export', '-q'])).toMatchObject({ code: 0, stderr: '' })
  return made
}

/** What the row of a path holds; `undefined` when there is none. */
function rowAt({ database }: Project, path: string): string | undefined {
  const db = new DatabaseSync(database)
  const [site, name] = path.split('/')
  const row = db.prepare('select body from pages where site = ? and slug = ?').get(site!, name!.replace('.html', ''))
  db.close()
  return row?.['body'] as string | undefined
}

function fileAt({ at }: Project, path: string): string {
  return readFileSync(at('tree', path), 'utf8')
}

/**
 * Something of everything: the first file and the second row are edited, both sides of the third; the fourth file is gone,
 * and so is the row of the fifth; a file and a row are new, and a file fits no collection.
 */
async function changed(): Promise<Project> {
  const made = await exported()
  const { at, database } = made
  writeFileSync(at('tree', FIRST), 'edited\n')
  writeFileSync(at('tree', THIRD), 'mine\n')
  rmSync(at('tree', FOURTH))
  writeFileSync(at('tree', 'north/new.html'), 'new\n')
  writeFileSync(at('tree', 'README.md'), 'read me\n')
  sql(
    database,
    `update pages set body = 'changed' where slug = 'page-000001';
     update pages set body = 'theirs' where slug = 'page-000002';
     delete from pages where slug = 'page-000004';
     insert into pages values ('south', 'fresh', 'fresh')`,
  )
  return made
}

describe('import', () => {
  it('takes edited and new files to the store and leaves the rest', async () => {
    const made = await changed()
    const done = await made.run(['import'])
    expect(done.code).toBe(3)
    expect(done.stdout).toMatch(/^2 imported · 1 unchanged · 4 pending · 1 conflict · \d/)
    expect(done.stderr.split('\n')).toEqual([
      expect.stringMatching(`^conflict: ${THIRD} `),
      expect.stringMatching(`^deletion: .*${FOURTH} .*--delete`),
      'rowtree diff <path> shows a conflict, rowtree resolve <path> settles it.',
      'An import leaves 3 pending changes in the store alone:',
      'rowtree export brings the tree up to date, --force lets the tree win.',
      '1 file fits no collection: README.md',
      '',
    ])
    expect([FIRST, 'north/new.html', SECOND, THIRD].map((path) => rowAt(made, path))).toEqual(['edited\n', 'new\n', 'changed', 'theirs'])
    expect(fileAt(made, THIRD)).toBe('mine\n')
    // What fits no collection is told once.
    expect((await made.run(['import'])).stderr).not.toContain('README.md')
  })

  it('is one JSON document, also as push', async () => {
    const made = await changed()
    const done = await made.run(['push', '--json'])
    expect(done).toMatchObject({ code: 3, stderr: '' })
    expect(documentOf(done)).toMatchObject({
      command: 'import',
      ok: false,
      imported: 2,
      conflicts: [{ path: THIRD, code: 'changed-on-both-sides' }],
      deletions: [{ path: FOURTH, code: 'file-deleted' }],
      untracked: ['README.md'],
    })
  })

  it('changes nothing in a dry run', async () => {
    const { run, directory } = await changed()
    const before = stateOf(directory)
    expect(await run(['import', '--dry-run', '--delete', '--force'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^dry run: /) })
    expect(documentOf(await run(['import', '-n', '--json']))).toMatchObject({ dryRun: true, imported: 2 })
    expect(stateOf(directory)).toEqual(before)
  })

  it('deletes rows with --delete only', async () => {
    const made = await exported()
    rmSync(made.at('tree', FIRST))
    expect(await made.run(['import'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 imported · 5 unchanged · 1 pending · /) })
    expect(await made.run(['import', '-q'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(rowAt(made, FIRST)).toBeDefined()
    expect(await made.run(['import', '--delete'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 imported · 5 unchanged · 1 deleted · /) })
    expect(rowAt(made, FIRST)).toBeUndefined()
  })

  it('lets the tree win with --force', async () => {
    const made = await changed()
    expect(await made.run(['import', '--force'])).toMatchObject({ code: 0 })
    expect(rowAt(made, THIRD)).toBe('mine\n')
  })

  it.each([
    { what: 'from the tree', args: [FIRST], cwd: 'tree' },
    { what: 'from the file', args: ['page-000000.html'], cwd: 'tree/north' },
    { what: 'from the config, with the tree', args: [`tree/${FIRST}`], cwd: '.' },
    { what: 'from the config, as rowtree prints it', args: [FIRST], cwd: '.' },
    { what: 'with --cwd', args: ['page-000000.html', '-C', 'tree/north'], cwd: '.' },
  ])('takes a path as it is seen $what', async ({ args, cwd }) => {
    const made = await exported()
    for (const path of [FIRST, SECOND]) writeFileSync(made.at('tree', path), 'edited')
    const done = await made.run(['import', ...args], { cwd: made.at(cwd) })
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('1 imported') })
    expect(rowAt(made, FIRST)).toBe('edited')
    expect(rowAt(made, SECOND)).not.toBe('edited')
  })

  it('takes a directory for all that is below it', async () => {
    const made = await exported()
    for (const path of PATHS) writeFileSync(made.at('tree', path), 'edited')
    expect(await made.run(['import', 'tree/north'])).toMatchObject({ code: 0, stdout: expect.stringContaining('2 imported') })
    expect(await made.run(['import', '--only', '*3.html'])).toMatchObject({ stdout: expect.stringContaining('1 imported') })
    expect(PATHS.map((path) => rowAt(made, path) === 'edited')).toEqual([true, false, true, true])
  })

  it('refuses a path outside of the tree', async () => {
    const { run } = await exported()
    expect(await run(['import', '../elsewhere.html'])).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('outside of the tree') })
  })
})

describe('sync', () => {
  it('takes the changes of each side to the other', async () => {
    const made = await changed()
    const done = await made.run(['sync'])
    expect(done.code).toBe(3)
    expect(done.stdout).toMatch(/^2 imported · 2 exported · 1 unchanged · 2 pending · 1 conflict · /)
    expect(rowAt(made, FIRST)).toBe('edited\n')
    expect(fileAt(made, SECOND)).toBe('changed')
    expect(fileAt(made, 'south/fresh.html')).toBe('fresh')
    expect(await made.run(['sync', '--prune', '--delete'])).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^0 imported · 0 exported · 5 unchanged · 1 removed · 1 deleted · 1 conflict · /),
    })
    expect(rowAt(made, FOURTH)).toBeUndefined()
    expect(filesBelow(made.tree)).not.toContain('north/page-000004.html')
  })

  it('has nothing to do the second time', async () => {
    const { run, tree, database } = await exported()
    const before = stateOf(tree)
    const bytes = readFileSync(database)
    const done = await run(['sync'])
    expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^0 imported · 0 exported · 6 unchanged · \d/) })
    expect(stateOf(tree)).toEqual(before)
    expect(readFileSync(database).equals(bytes)).toBe(true)
  })

  it('changes nothing in a dry run', async () => {
    const { run, directory } = await changed()
    const before = stateOf(directory)
    expect(documentOf(await run(['sync', '-n', '--prune', '--delete', '--json']))).toMatchObject({ dryRun: true, imported: 2, exported: 2, removed: 1, deleted: 1 })
    expect(stateOf(directory)).toEqual(before)
  })
})

describe('status', () => {
  it('is one line when all is well', async () => {
    const { run } = await exported()
    expect(await run(['status'])).toEqual({ code: 0, signal: null, stdout: '6 in sync\n', stderr: '' })
    expect(await run(['status', '--exit-code'])).toMatchObject({ code: 0 })
  })

  it('groups what differs and tells drift to those who ask', async () => {
    const { run, directory } = await changed()
    const before = stateOf(directory)
    const done = await run(['status'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const titles = done.stdout.split('\n').filter((line) => /^[A-Z]/.test(line))
    expect(titles).toEqual([
      'Conflicts: both sides changed',
      'Changed in the tree',
      'New in the tree',
      'Deleted in the tree',
      'Changed in the store',
      'New in the store',
      'Deleted in the store',
      'Untracked: files that fit no collection',
    ])
    expect(done.stdout).toContain(`\n  M ${FIRST}\n`)
    expect(done.stdout).toContain(`\n  D ${FOURTH}\n`)
    expect(done.stdout).toContain('\n  ? README.md\n')
    expect(await run(['status', '--exit-code', '--quiet'])).toEqual({ code: 2, signal: null, stdout: '', stderr: '' })
    expect(stateOf(directory)).toEqual(before)
  })

  it('is one JSON document', async () => {
    const { run } = await changed()
    const done = await run(['status', '--json', '--exit-code'])
    expect(done).toMatchObject({ code: 2, stderr: '' })
    const document = documentOf(done)
    expect(Object.keys(document)).toEqual(['command', 'ok', 'counts', 'items', 'problems', 'seconds'])
    expect(document).toMatchObject({ command: 'status', ok: true, counts: { 'in-sync': 1, 'conflict': 1, 'untracked': 1 }, problems: [] })
    expect(document['items']).toContainEqual({ path: FIRST, state: 'tree-changed', action: 'import' })
    expect(document['items']).toContainEqual(expect.objectContaining({ path: THIRD, state: 'conflict', code: 'changed-on-both-sides' }))
  })

  it('does not call untracked files a drift', async () => {
    const { run, at } = await exported()
    writeFileSync(at('tree', 'README.md'), 'read me')
    expect(await run(['status', '--exit-code'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/ {2}\? README\.md\n\n1 untracked · 6 in sync\n$/) })
  })

  it('is about the paths that are named', async () => {
    const { run } = await changed()
    expect(await run(['status', 'tree/south', '--exit-code'])).toMatchObject({ code: 2, stdout: expect.not.stringContaining('north/') })
    expect(await run(['status', 'north/page-000000.html', '--json']).then(documentOf)).toMatchObject({ items: [{ path: FIRST }] })
  })

  it('has problems', async () => {
    const { run, at } = await exported()
    rmSync(at('tree', FIRST))
    mkdirSync(at('tree', FIRST))
    const done = await run(['status', '--exit-code'])
    expect(done).toMatchObject({ code: 1, stderr: expect.stringMatching(`^problem: .*${FIRST}`) })
  })
})

describe('resolve', () => {
  it.each([
    { prefer: 'store', content: 'theirs' },
    { prefer: 'tree', content: 'mine\n' },
  ])('lets the $prefer win at a path', async ({ prefer, content }) => {
    const made = await changed()
    expect(await made.run(['resolve', `tree/${THIRD}`, '--prefer', prefer])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^1 (im|ex)ported · \d/) })
    expect([rowAt(made, THIRD), fileAt(made, THIRD)]).toEqual([content, content])
    // The other paths are as they were.
    expect(rowAt(made, FIRST)).not.toBe('edited\n')
  })

  it('merges what does not touch, and leaves the rest to a person', async () => {
    const made = project([
      { site: 'north', slug: 'a', body: 'one\ntwo\nthree\nfour\nfive\n' },
      { site: 'north', slug: 'b', body: 'one\n' },
    ])
    await made.run(['export', '-q'])
    writeFileSync(made.at('tree', 'north/a.html'), 'one\ntwo\nthree\nfour\n5\n')
    writeFileSync(made.at('tree', 'north/b.html'), 'mine\n')
    sql(made.database, "update pages set body = '1' || substr(body, 4) where slug = 'a'; update pages set body = 'theirs' where slug = 'b'")
    expect((await made.run(['sync', '-q'])).code).toBe(3)
    const done = await made.run(['resolve', '--all', '--prefer', 'merge'])
    expect(done).toMatchObject({ code: 3, stderr: expect.stringMatching('^conflict: .*north/b.html') })
    const merged = '1\ntwo\nthree\nfour\n5\n'
    expect([rowAt(made, 'north/a.html'), fileAt(made, 'north/a.html')]).toEqual([merged, merged])
    expect([rowAt(made, 'north/b.html'), fileAt(made, 'north/b.html')]).toEqual(['theirs', 'mine\n'])
  })

  it('settles all conflicts and holds, and nothing else', async () => {
    const made = await changed()
    await made.run(['sync', '-q'])
    writeFileSync(made.at('tree', FIRST), '')
    writeFileSync(made.at('tree', SECOND), 'edited later')
    expect((await made.run(['sync', '-q', '--only', 'north/'])).code).toBe(3)
    const done = await made.run(['resolve', '--all', '--prefer', 'store', '--json'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(documentOf(done)).toMatchObject({ command: 'resolve', ok: true, exported: 2, conflicts: [], holds: [] })
    expect([fileAt(made, FIRST), fileAt(made, THIRD), fileAt(made, SECOND)]).toEqual(['edited\n', 'theirs', 'edited later'])
    expect(await made.run(['resolve', '--all', '--prefer', 'store'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing to resolve · \d/) })
  })

  it('changes nothing in a dry run', async () => {
    const { run, directory } = await changed()
    const before = stateOf(directory)
    expect(await run(['resolve', THIRD, '--prefer', 'tree', '-n'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^dry run: 1 imported · /) })
    expect(stateOf(directory)).toEqual(before)
  })
})

describe('undo', () => {
  it('takes the last operation back and says what it did', async () => {
    const made = await exported()
    const original = rowAt(made, FIRST)
    writeFileSync(made.at('tree', FIRST), 'edited')
    await made.run(['import', '-q'])
    expect(rowAt(made, FIRST)).toBe('edited')
    const done = await made.run(['undo'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/^ {2}row {3}north\/page-000000\.html\noperation \d+ taken back: 1 row restored · \d\.\d\d s\n$/)
    expect([rowAt(made, FIRST), fileAt(made, FIRST)]).toEqual([original, 'edited'])
    // It stays out until somebody decides.
    expect(await made.run(['sync'])).toMatchObject({ code: 3, stderr: expect.stringMatching(`^hold: .*${FIRST}`) })
    expect(rowAt(made, FIRST)).toBe(original)
  })

  it('lists operations and takes back the one that is named', async () => {
    const made = await exported()
    for (const path of [FIRST, SECOND]) {
      writeFileSync(made.at('tree', path), 'edited')
      await made.run(['import', '-q', path])
    }
    const listed = await made.run(['undo', '--list'])
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout).toMatch(/^( *\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}import {2}1 path {3}\d+ B\n){2}$/)
    const document = documentOf(await made.run(['undo', '--list', '--json']))
    expect(document).toMatchObject({ command: 'undo', ok: true, operations: [{ command: 'import', records: 1 }, { command: 'import', records: 1 }] })
    const [, older] = document['operations'] as { id: number }[]
    const done = await made.run(['undo', String(older!.id), '--json'])
    expect(documentOf(done)).toMatchObject({ command: 'undo', ok: true, operation: older!.id, rows: [FIRST], files: [], conflicts: [], problems: [] })
    expect([rowAt(made, FIRST) === 'edited', rowAt(made, SECOND) === 'edited']).toEqual([false, true])
    expect((await made.run(['undo', '--list'])).stdout).toMatch(/ import +1 path +\d+ B {2}taken back by \d+$/m)
  })

  it('leaves alone what changed since', async () => {
    const made = await exported()
    writeFileSync(made.at('tree', FIRST), 'edited')
    await made.run(['import', '-q'])
    sql(made.database, "update pages set body = 'later' where slug = 'page-000000'")
    const done = await made.run(['undo'])
    expect(done).toMatchObject({ code: 3, stderr: expect.stringMatching(`^conflict: .*${FIRST}`), stdout: expect.stringMatching(/^nothing of operation \d+ could be taken back: 1 conflict · /) })
    expect(done.stderr).not.toContain('rowtree undo')
    expect(rowAt(made, FIRST)).toBe('later')
  })

  it('names the operation before one of which nothing could be taken back', async () => {
    const made = await exported()
    for (const path of [SECOND, FIRST]) {
      writeFileSync(made.at('tree', path), 'edited')
      await made.run(['import', '-q', path])
    }
    sql(made.database, "update pages set body = 'later' where slug = 'page-000000'")
    const { stderr } = await made.run(['undo'])
    const older = /rowtree undo (\d+)\n$/.exec(stderr)![1]!
    expect(await made.run(['undo', older])).toMatchObject({ code: 0, stdout: expect.stringContaining(`operation ${older} taken back: 1 row restored`) })
    expect(rowAt(made, SECOND)).not.toBe('edited')
  })

  it('changes nothing in a dry run', async () => {
    const made = await exported()
    writeFileSync(made.at('tree', FIRST), 'edited')
    await made.run(['import', '-q'])
    const before = stateOf(made.directory)
    expect(await made.run(['undo', '-n'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/dry run: operation \d+ taken back: 1 row restored/) })
    expect(stateOf(made.directory)).toEqual(before)
  })

  it('knows when there is nothing', async () => {
    const { run } = await exported()
    expect(await run(['undo', '999'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: Cannot undo: .*999/) })
    expect(await run(['undo', '--json']).then(documentOf)).toMatchObject({ command: 'undo', ok: false, error: { code: 'undo-unknown' } })
    expect(await run(['undo', '--list'])).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing to undo: no command has changed anything yet.\n' })
  })
})
