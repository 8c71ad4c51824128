import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { describeOnServer, ownDatabase } from '../store/postgres/server.ts'
import { rowtree } from '../support/cli.ts'
import { documentOf, project } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const SETTINGS = `<?php
$config['database']['type'] = 'mysqli';
$config['database']['database'] = 'forum';
$config['database']['table_prefix'] = 'b1_';
$config['database']['hostname'] = 'db.example.com';
$config['database']['username'] = 'me';
$config['database']['password'] = 'hunter2';
`

/** A directory with a board in `forum`. */
function besideBoard(settings: string = SETTINGS): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'forum', 'inc'), { recursive: true })
  writeFileSync(join(directory, 'forum', 'inc', 'config.php'), settings)
  return directory
}

describe('init', () => {
  it("takes a board's database from its own settings, but for the password", async () => {
    const cwd = besideBoard()
    const done = await rowtree(['init', '--preset', 'mybb', '--board', 'forum', '--tree', 'files'], { cwd })
    expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('rowtree.yaml is written. Next:\n  export ROWTREE_DB_PASSWORD=…') })
    expect(done.stdout + readFileSync(join(cwd, 'rowtree.yaml'), 'utf8')).not.toContain('hunter2')
    const config = await loadConfig({ cwd, env: { ROWTREE_DB_PASSWORD: 'hunter2' } })
    expect(config).toMatchObject({
      store: { url: 'mysql://me:hunter2@db.example.com/forum', preset: 'mybb', prefix: 'b1_' },
      tree: join(cwd, 'files'),
      mybb: { board: join(cwd, 'forum') },
    })
  })

  it('takes another URL, without its password, and another name for the config', async () => {
    const cwd = besideBoard()
    const url = 'postgres://you:hunter2@localhost/forum'
    const done = await rowtree(['init', '--preset', 'mybb', '--board', 'forum', '--url', url, '-c', 'configs/forum.yaml', '--json'], { cwd })
    const file = join(cwd, 'configs', 'forum.yaml')
    expect(documentOf(done)).toEqual({ command: 'init', ok: true, file, preset: 'mybb', variables: ['ROWTREE_DB_PASSWORD'] })
    const config = await loadConfig({ cwd, file, env: { ROWTREE_DB_PASSWORD: 'a@b' } })
    expect(config).toMatchObject({ store: { url: 'postgres://you:a%40b@localhost/forum', prefix: 'b1_' }, mybb: { board: join(cwd, 'forum') } })
    expect(readFileSync(file, 'utf8')).toMatch(/^ {2}board: \.\.\/forum$/m)
  })

  it('overwrites nothing, unless it is told to, and keeps a copy then', async () => {
    const cwd = temporaryDirectory()
    const file = join(cwd, 'rowtree.yaml')
    writeFileSync(file, 'mine')
    const args = ['init', '--preset', 'settings', '--url', 'sqlite:site.db']
    const refused = await rowtree([...args, '--json'], { cwd })
    const message = `Cannot write ${file}: it is there already; name another file, or add --force, which keeps a copy`
    expect(refused.code).toBe(1)
    expect(documentOf(refused)).toEqual({ command: 'init', ok: false, error: { code: 'target-exists', message, path: file } })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await rowtree([...args, '--force'], { cwd })).code).toBe(0)
    const names = readdirSync(cwd).toSorted()
    expect(names).toEqual(['rowtree.yaml', expect.stringMatching(/^rowtree\.yaml\.bak-/)])
    expect(readFileSync(join(cwd, names[1]!), 'utf8')).toBe('mine')
  })

  it.each<[name: string, prepare: (cwd: string) => void, args: string[], code: string, exit: number]>([
    ['there is no board', () => {}, ['--board', 'elsewhere', '--preset', 'mybb'], 'config-missing', 78],
    ['nobody knows the type of the database', (cwd) => writeFileSync(join(cwd, 'forum/inc/config.php'), SETTINGS.replace('mysqli', 'oracle')), ['--board', 'forum', '--preset', 'mybb'], 'config-invalid', 78],
    ['the prefix is none', () => {}, ['--board', 'forum', '--preset', 'mybb', '--prefix', 'a-b'], 'config-invalid', 78],
    ['a link is in its place', (cwd) => symlinkSync('away', join(cwd, 'rowtree.yaml')), ['--preset', 'settings', '--url', 'sqlite:a.db'], 'target-is-symlink', 1],
  ])('writes nothing where %s', async (_, prepare, args, code, exit) => {
    const cwd = besideBoard()
    prepare(cwd)
    const before = readdirSync(cwd)
    const done = await rowtree(['init', ...args, '--json'], { cwd })
    expect(documentOf(done)).toMatchObject({ command: 'init', ok: false, error: { code } })
    expect([done.code, readdirSync(cwd)]).toEqual([exit, before])
    expect(done.stdout).not.toContain('hunter2')
  })
})

const NOTIFY_CONFIG = (url: string): string => `store: { url: '${url}' }
tree: ./tree
collections: { pages: { table: pages, key: slug, path: '{slug}.html', content: body } }
`

describe('init --notify', () => {
  it('says which databases can tell', async () => {
    const { run } = project()
    const done = await run(['init', '--notify', '--json'])
    expect(done.code).toBe(78)
    expect(documentOf(done)).toMatchObject({ command: 'init', ok: false, error: { code: 'store-unsupported', message: expect.stringContaining('only PostgreSQL tells of changes') } })
  })
})

describeOnServer('init --notify on PostgreSQL', () => {
  const own = ownDatabase()

  it('gives SQL that can be run, on stdout or in a file', async () => {
    await own.run('create table pages (slug text primary key, body text not null)')
    const cwd = temporaryDirectory()
    writeFileSync(join(cwd, 'rowtree.yaml'), NOTIFY_CONFIG(own.url))
    const [printed, written] = await Promise.all([rowtree(['init', '--notify'], { cwd }), rowtree(['init', '--notify', '-o', 'notify.sql', '--json'], { cwd })])
    expect(printed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('on "pages"') })
    expect(documentOf(written)).toEqual({ command: 'init', ok: true, file: join(cwd, 'notify.sql'), sql: printed.stdout })
    expect(readFileSync(join(cwd, 'notify.sql'), 'utf8')).toBe(printed.stdout)
    await own.run(printed.stdout)
    expect(await own.run(`select tgname from pg_trigger where tgrelid = 'pages'::regclass`)).toHaveLength(1)
  })
})
