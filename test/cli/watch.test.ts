import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { takeLock } from '../../src/baseline/lock.ts'
import { loadConfig, openEngine } from '../../src/index.ts'
import { type Finished, finished } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { CONFIG, documentOf, type Project, project } from '../support/project.ts'
import { samplePages, sql } from '../support/tables.ts'
import { watching } from '../support/watching.ts'

const FIRST = 'north/page-000000.html'
const SECOND = 'south/page-000001.html'
const THIRD = 'north/page-000002.html'

/** A project whose sides are equal. */
async function equal(): Promise<Project> {
  const made = project(samplePages(6))
  const engine = await openEngine(await loadConfig({ cwd: made.directory, env: {} }))
  await engine.export()
  await engine.close()
  return made
}

/** The body of a row. */
function row({ database }: Project, path: string): string | undefined {
  const [site, slug] = path.replace('.html', '').split('/') as [string, string]
  const db = new DatabaseSync(database, { readOnly: true })
  // A session may be committing just now.
  db.exec('pragma busy_timeout = 5000')
  const found = db.prepare('select body from pages where site = ? and slug = ?').get(site, slug)
  db.close()
  return found?.['body'] as string | undefined
}

function save({ at }: Project, path: string, text: string): void {
  writeFileSync(at('tree', path), text)
}

function file({ at }: Project, path: string): string {
  return readFileSync(at('tree', path), 'utf8')
}

/** Whether a process has a file open. */
function opens(pid: number, path: string): boolean {
  const directory = `/proc/${pid}/fd`
  return readdirSync(directory).some((fd) => linkOf(join(directory, fd)) === path)
}

function linkOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    // It was closed just now.
    return undefined
  }
}

/** Runs a command as a person pastes it. */
async function paste(line: string, cwd: string): Promise<Finished> {
  const env = { ...process.env, NO_COLOR: '1', PATH: dirname(process.execPath) + delimiter + process.env['PATH'] }
  return await finished(spawn('sh', ['-c', line], { cwd, env }))
}

describe.skipIf(process.platform === 'win32')('rowtree watch', { timeout: 60_000 }, () => {
  it('tells a person what it does, a line a batch', async () => {
    const made = await equal()
    const session = await watching(made)
    save(made, FIRST, 'saved')
    await eventually('the row is written', () => row(made, FIRST) === 'saved')
    await eventually('it is told', () => session.stdout().endsWith(' ms\n'))
    sql(made.database, `update pages set body = 'changed' where slug = 'page-000001'`)
    await eventually('the file is written', () => file(made, SECOND) === 'changed')
    await eventually('it is told', () => session.stdout().split('\n').length === 3)
    session.send('SIGINT')
    const done = await session.done
    expect(done.stdout).toMatch(/^\d\d:\d\d:\d\d imported 1 \(page-000000\.html\) \d+ ms\n\d\d:\d\d:\d\d exported 1 \(page-000001\.html\) \d+ ms\n$/)
    expect(done.stderr).toMatch(/^\d\d:\d\d:\d\d watching 6 files in \.\/tree · Ctrl-C ends\n$/)
    expect(done).toMatchObject({ code: 130, signal: null })
  })

  it('tells a program in lines of JSON, and nothing else', async () => {
    const made = await equal()
    const session = await watching(made, ['--json', '--delete'])
    save(made, FIRST, 'saved')
    save(made, 'north/new.html', 'new')
    save(made, 'north/notes.txt', 'untracked')
    await eventually('the rows are written', () => row(made, FIRST) === 'saved' && row(made, 'north/new.html') === 'new')
    sql(made.database, `update pages set body = 'changed' where slug = 'page-000001'`)
    await session.event('exported', { paths: [SECOND] })
    save(made, THIRD, '')
    await session.event('held', { path: THIRD, code: 'file-emptied' })
    await session.event('untracked', { paths: ['north/notes.txt'] })
    rmSync(made.at('tree', FIRST))
    await session.event('deleted', { paths: [FIRST] })
    session.send('SIGTERM')
    expect(await session.done).toMatchObject({ code: 143, signal: null, stderr: '' })
    const events = session.events()
    expect(events[0]).toEqual({ event: 'ready', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), files: 6 })
    expect(events.at(-1)).toEqual({ event: 'stopped', time: expect.any(String) })
    const imported = events.filter(({ event }) => event === 'imported')
    expect(imported.flatMap(({ paths }) => paths as string[]).toSorted()).toEqual(['north/new.html', FIRST].toSorted())
    for (const { seconds } of imported) expect(seconds).toEqual(expect.any(Number))
    expect(events.filter(({ event }) => event === 'exported')).toHaveLength(1)
    expect(events.filter(({ event }) => event === 'held')).toEqual([
      { event: 'held', time: expect.any(String), path: THIRD, code: 'file-emptied', message: expect.stringContaining('rowtree resolve') },
    ])
  })

  it('takes what changed while nobody watched, of the side that it is told to, and says nothing when quiet but what needs attention', async () => {
    const made = await equal()
    save(made, FIRST, 'saved')
    sql(made.database, `update pages set body = 'changed' where slug = 'page-000001'`)
    const session = await watching(made, ['-q', '--one-way', 'tree'])
    await eventually('the row is written', () => row(made, FIRST) === 'saved')
    save(made, THIRD, '')
    await eventually('it is held', () => session.stderr().endsWith('\n'))
    session.send('SIGINT')
    const done = await session.done
    expect(done).toMatchObject({ code: 130, stdout: '' })
    expect(done.stderr).toMatch(/^\d\d:\d\d:\d\d hold: Cannot import north\/page-000002\.html: [^\n]+\n$/)
    expect(file(made, SECOND)).not.toBe('changed')
  })

  it('names the command that settles a conflict, and that does', async () => {
    const made = await equal()
    // Otherwise the row might be taken to the file before that is saved.
    const session = await watching(made, ['--poll', 'off'])
    const before = file(made, FIRST)
    sql(made.database, `update pages set body = '<!-- theirs -->' || char(10) || body where slug = 'page-000000'`)
    save(made, FIRST, `${before}<!-- mine -->\n`)
    const command = await eventually('the conflict is told', () => /Decide with: (.+ --prefer merge) \(or store, tree\)\n/.exec(session.stderr())?.[1])
    expect(await paste(command, made.directory)).toMatchObject({ code: 0 })
    const merged = `<!-- theirs -->\n${before}<!-- mine -->\n`
    expect([file(made, FIRST), row(made, FIRST)]).toEqual([merged, merged])
    expect(session.stdout()).toBe('')
  })

  it('ends in order, and silently, when nobody reads any more', async () => {
    const made = await equal()
    const session = await watching(made)
    session.child.stdout!.destroy()
    save(made, FIRST, 'saved')
    expect(await session.done).toMatchObject({ code: 0, signal: null, stderr: expect.stringMatching(/^\S+ watching 6 files [^\n]+\n$/) })
    expect(row(made, FIRST)).toBe('saved')
  })

  it('passes on what it imported, to a hook and to pages', async () => {
    const made = await equal()
    const hook = `cat >> seen; [ $ROWTREE_COUNT = 1 ] && [ "$ROWTREE_PATHS" != '${SECOND}' ]`
    const session = await watching(made, ['--json', '--hook', hook, '--reload', '0', '--prune', '--delete'])
    const { url, script } = await session.event('serving')
    expect(script).toContain(`${url as string}/rowtree.js`)
    const aborter = new AbortController()
    const response = await fetch(`${url as string}/events`, { signal: aborter.signal })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    save(made, FIRST, 'saved')
    let heard = ''
    while (!heard.includes(FIRST)) heard += (await reader.read()).value
    expect(heard).toContain('event: page')
    sql(made.database, `update pages set body = 'by a program' where site || '/' || slug || '.html' = '${THIRD}'`)
    while (!heard.includes(THIRD)) heard += (await reader.read()).value
    sql(made.database, `delete from pages where slug = 'page-000003'`)
    while (!heard.includes('south/page-000003.html')) heard += (await reader.read()).value
    await eventually('the hook ran', () => existsSync(made.at('seen')) && readFileSync(made.at('seen'), 'utf8') === `${FIRST}\n`)
    save(made, SECOND, 'saved')
    const { message, path } = await session.event('problem', { code: 'hook-failed' })
    expect(message).toContain('it ended with exit code 1')
    expect(path).toBe(made.directory)
    rmSync(made.at('tree', 'north/page-000004.html'))
    while (!heard.includes('north/page-000004.html')) heard += (await reader.read()).value
    session.send('SIGINT')
    expect(await session.done).toMatchObject({ code: 130, stderr: '' })
    aborter.abort()
    const events = new Set(session.events().map(({ event }) => event))
    expect(['exported', 'removed', 'imported', 'deleted'].filter((deed) => !events.has(deed))).toEqual([])
  })

  it('says what it waits for when it is told to stop, and ends at once when it is told again', async () => {
    const made = await equal()
    const session = await watching(made, ['--hook', 'echo $$ > pid; sleep 100'])
    save(made, FIRST, 'saved')
    await eventually('the hook runs', () => existsSync(made.at('pid')))
    session.send('SIGINT')
    await eventually('it is told', () => session.stderr().endsWith(' ends\nstopping after this batch; Ctrl-C again ends at once\n'))
    session.send('SIGINT')
    expect(await session.done).toMatchObject({ code: 130, signal: null })
    expect(session.stderr()).not.toContain('problem')
    expect(row(made, FIRST)).toBe('saved')
  })
})

describe.skipIf(process.platform === 'win32')('a session ends in order', { timeout: 60_000 }, () => {
  it('when its terminal is closed, and so does its hook', async () => {
    const made = await equal()
    const session = await watching(made, ['--hook', 'echo $$ > pid; until [ -e go ] || [ ! -e pid ]; do sleep 0.01; done; echo done > ended'])
    save(made, FIRST, 'saved')
    await eventually('the hook runs', () => existsSync(made.at('pid')))
    session.send('SIGHUP')
    await eventually('it waits', () => session.stderr().includes('stopping after this batch'))
    writeFileSync(made.at('go'), '')
    expect(await session.done).toMatchObject({ code: 129, signal: null, stdout: expect.stringContaining('imported 1'), stderr: expect.not.stringContaining('hook') })
    expect(existsSync(made.at('ended'))).toBe(true)
  })

  it.skipIf(process.platform !== 'linux').each([
    ['at once', 'SIGINT', 130],
    ['at once', 'SIGTERM', 143],
  ] as const)('%s while another process works on the tree (%s)', async (_, signal, code) => {
    const made = await equal()
    const session = await watching(made, ['--json'])
    const lock = await takeLock(made.at('.rowtree', 'lock.db'), 10_000)
    onTestFinished(() => lock.release())
    save(made, FIRST, 'saved')
    await eventually('it waits for the lock', () => opens(session.child.pid!, made.at('.rowtree', 'lock.db')))
    session.send(signal)
    expect(await session.done).toMatchObject({ code, signal: null, stderr: '' })
    expect(session.events().map(({ event }) => event)).toEqual(['ready', 'stopped'])
  })
})

describe.skipIf(process.platform === 'win32')('the config of a session', { timeout: 60_000 }, () => {
  it('is followed when it changes, and when it is no good the session goes on', async () => {
    const made = await equal()
    const config = made.at('rowtree.yaml')
    const session = await watching(made, ['--json'])
    // Editors write another file and give it the name.
    renameSync(config, made.at('backup'))
    writeFileSync(config, CONFIG.replace('tree: ./tree', 'tre: ./tree'))
    const { path, message } = await session.event('problem', { code: 'config-invalid' })
    expect({ path, message }).toEqual({ path: config, message: expect.stringMatching(/^Cannot .*tre.*the session goes on by the settings before$/s) })
    save(made, FIRST, 'saved')
    await session.event('imported', { paths: [FIRST] })
    writeFileSync(config, CONFIG)
    await session.event('recovered', { code: 'config-invalid', path: config })

    mkdirSync(made.at('other'))
    writeFileSync(made.at('plain'), 'no directory')
    writeFileSync(config, CONFIG.replace('./tree', './plain').replace('export:', 'state: ./plain-state\nexport:'))
    await session.event('problem', { code: 'tree-not-a-directory' })

    writeFileSync(config, CONFIG.replace('./tree', './other').replace('export:', 'state: ./other-state\nexport:'))
    await session.event('reloaded', { path: config })
    await eventually('the other tree is watched', () => session.events().filter(({ event }) => event === 'ready').length === 2)
    expect(readFileSync(made.at('other', FIRST), 'utf8')).toBe('saved')
    writeFileSync(made.at('other', SECOND), 'there')
    await session.event('imported', { paths: [SECOND] })
    session.send('SIGINT')
    expect(await session.done).toMatchObject({ code: 130, stderr: '' })
    expect(session.events().filter(({ event }) => event === 'stopped')).toHaveLength(1)
    expect(session.events().filter(({ event }) => event === 'reloaded')).toHaveLength(1)
    expect(session.events().filter(({ event }) => event === 'problem')).toHaveLength(2)
  })
})

it('ends with one line of JSON when it cannot begin', async () => {
  const made = project()
  rmSync(made.database)
  const done = await made.run(['watch', '--json'])
  expect(done).toMatchObject({ code: 78, stderr: '' })
  expect(documentOf(done)).toEqual({ event: 'error', time: expect.any(String), command: 'watch', ok: false, error: expect.objectContaining({ code: 'store-missing' }) })
})
