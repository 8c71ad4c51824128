import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { takeLock } from '../../src/baseline/lock.ts'
import { listing } from '../support/files.ts'
import { command, finished, start } from '../support/cli.ts'
import { type Call, CAN_INJECT, type Fault, Faults } from '../support/faults/index.ts'
import { EXFAT, missingFor, mountKind } from '../support/filesystems.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { CONFIG, documentOf, project, type Project, stateOf } from '../support/project.ts'
import { IS_DENO, NOBODY, IS_ROOT, cacheOfNobody } from '../support/script.ts'
import { samplePages, sql } from '../support/tables.ts'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.ts'

/** A process id that nobody has any more. */
const DEAD = spawnSync(process.execPath, ['--version']).pid.toString(36)

interface Told {
  readonly group: string
  readonly name: string
  readonly status: string
  readonly message: string
  readonly remedy?: string
}

/** What the doctor tells of a project, as a program reads it. */
async function checksOf({ run }: Pick<Project, 'run'>, ...args: string[]): Promise<{ readonly code: number | null; readonly ok: unknown; readonly checks: readonly Told[] }> {
  const done = await run(['doctor', '--json', ...args])
  expect(done.stderr).toBe('')
  const { command: name, ok, checks } = documentOf(done)
  expect(name).toBe('doctor')
  return { code: done.code, ok, checks: checks as Told[] }
}

/** Those that need attention, as `group name status`. */
function troubles(checks: readonly Told[]): string[] {
  return checks.filter(({ status }) => status !== 'ok').map(({ group, name, status }) => `${group} ${name} ${status}`)
}

function messageAt(checks: readonly Told[], group: string, name: string): string {
  return checks.filter((check) => check.group === group && check.name === name).map(({ message, remedy = '' }) => `${message} → ${remedy}`).join('\n')
}

/** A project that was exported once. */
async function exported(config?: string): Promise<Project> {
  const made = project(samplePages(6), config)
  expect((await made.run(['export', '-q'])).code).toBe(0)
  return made
}

/** What a process tells whose calls of these kinds fail. */
async function refused(made: Project, calls: readonly Call[], fault: Fault, name = ''): Promise<readonly Told[]> {
  const faults = new Faults()
  faults.arm({ root: made.directory, name, calls, at: 1, times: 100_000, fault })
  const done = await finished(start(['doctor', '--json'], { cwd: made.directory, env: faults.env }))
  return (JSON.parse(done.stdout) as { checks: Told[] }).checks
}

/** Temps below a directory, and whatever is in one. */
function leftBelow(directory: string): string[] {
  return listing(directory).filter((path) => /(?:^|\/)\.rowtree-/.test(path))
}

/** Figures differ from machine to machine. */
function masked(text: string, { directory }: Project): string {
  return text
    .replaceAll(directory, '<dir>')
    .replaceAll(/rowtree \S+ on (?:Node|Deno) [\d.]+/g, 'rowtree # on #')
    .replace(/(filesystem +)\w+,/, '$1tmpfs,')
    .replaceAll(/\d[\d,.]* (?:TB|GB|MB|KB|B)\b/g, '# MB')
    .replaceAll(/\d[\d,.]* (?:ns|ms|s)\b/g, '# ms')
    .replaceAll(/\d[\d,.]*/g, '#')
    .replaceAll(/cores?|threads?/g, (word) => word.replace(/s$/, ''))
    .replace(/in step with the system|# ms (?:behind|ahead of) the system/, 'in step with the system')
}

describe('a healthy project', () => {
  it('has a screen of ok', async () => {
    const healthy = await exported()
    const { code, stdout, stderr } = await healthy.run(['doctor'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(masked(stdout, healthy)).toMatchInlineSnapshot(`
      "machine
        ✓ ok    runtime      rowtree # on #, # core
        ✓ ok    open files   up to # open files
      config
        ✓ ok    file         <dir>/rowtree.yaml: valid, preset table, # collection, tree tree, # writer thread
        ✓ ok    password     no password is in the file
      tree
        ✓ ok    directory    <dir>/tree: # files in # directories, mode # yours
        ✓ ok    filesystem   tmpfs, # MB of # MB free, room for # files
        ✓ ok    rename       atomic: who reads keeps the old file, the name has the new one, a taken name is refused
        ✓ ok    flush        # ms a file, # ms a directory, # ms a filesystem
        ✓ ok    names        "A" and "a" are two names, both forms of "é" are two, up to # bytes
        ✓ ok    clock        files are stamped every # ms, in step with the system
        ✓ ok    watching     a save is told after # ms
        ✓ ok    watches      inotify: # watches and # watchers a user, # events in line, the tree has # directories
        ✓ ok    temps        no temp files of killed processes
      state
        ✓ ok    directory    <dir>/.rowtree, mode # on the filesystem of the tree
        ✓ ok    baseline     # entries, # MB, whole, all contents compared
        ✓ ok    history      nothing was overwritten yet
      store
        ✓ ok    connection   SQLite # at <dir>/site.sqlite, # ms a question
        ✓ ok    tables       # rows in pages
        ✓ ok    rights       the file and its directory may be written
        ✓ ok    journal      journal mode delete: who reads waits while somebody commits, and the other way round
        ✓ ok    characters   contents may be of any characters
        ✓ ok    keys         an index keeps keys unique

      # ok
      "
    `)
  })

  it('is left as it was', async () => {
    const healthy = await exported()
    const before = stateOf(healthy.directory)
    const { code, ok, checks } = await checksOf(healthy)
    expect({ code, ok, troubles: troubles(checks) }).toEqual({ code: 0, ok: true, troubles: [] })
    expect(stateOf(healthy.directory)).toEqual(before)
  })

  it('has nothing to say when quiet', async () => {
    const healthy = await exported()
    expect(await healthy.run(['doctor', '-q'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('may be one that was never exported: neither tree nor state is made', async () => {
    const fresh = project()
    const before = stateOf(fresh.directory)
    const { code, checks } = await checksOf(fresh)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 0, troubles: [] })
    expect(messageAt(checks, 'tree', 'directory')).toContain('is not there yet: the first export makes it')
    expect(messageAt(checks, 'tree', 'filesystem')).toContain(`(of ${fresh.directory}, the nearest directory to ${fresh.tree})`)
    expect(stateOf(fresh.directory)).toEqual(before)
  })

  it('takes the config from where it is asked to', async () => {
    const healthy = await exported()
    const { checks } = await checksOf({ run: (args) => healthy.run([...args, '-C', '/', '-c', healthy.at('rowtree.yaml')]) })
    expect(messageAt(checks, 'config', 'file')).toContain(`${healthy.at('rowtree.yaml')}: valid, preset table, 1 collection`)
  })
})

describe('what is broken is told, and the rest is looked at', () => {
  it('no config', async () => {
    const { code, ok, checks } = await checksOf({ run: (args) => project().run([...args, '-c', 'nowhere.yaml']) })
    expect({ code, ok, troubles: troubles(checks) }).toEqual({ code: 1, ok: false, troubles: ['config file fail'] })
    expect(checks.map(({ group }) => group)).toContain('machine')
  })

  it('a config with a fault', async () => {
    const { checks } = await checksOf(project([], CONFIG.replace('collections', 'colections')))
    expect(troubles(checks)).toEqual(['config file fail'])
    expect(messageAt(checks, 'config', 'file')).toContain('colections')
  })

  it('each fault of a config, on a line of its own', async () => {
    const { stdout } = await project([], `${CONFIG.replace('tree:', 'tre:')}foo: 1\n`).run(['doctor'])
    expect(stdout).not.toContain('^J')
    expect(stdout.split('\n').filter((line) => /^ +\S.*rowtree\.yaml:\d+:\d+: /.test(line))).toHaveLength(3)
  })

  it('a store that is not there', async () => {
    const made = await exported()
    rmSync(made.database)
    const { code, checks } = await checksOf(made)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 1, troubles: ['store connection fail'] })
    expect(messageAt(checks, 'store', 'connection')).toMatch(/there is no such file → Correct store\.url$/)
  })

  it('a table that is not there', async () => {
    const made = await exported()
    sql(made.database, 'alter table pages rename to sites')
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['store tables fail'])
    expect(messageAt(checks, 'store', 'tables')).toContain('Did you mean "sites"?')
  })

  it('a key that nothing keeps unique', async () => {
    const made = project([])
    sql(made.database, 'drop table pages; create table pages (site text, slug text, body text)')
    expect(troubles((await checksOf(made)).checks)).toEqual(['store keys warn'])
  })

  it('a password in a config that others may read, which is never shown', async () => {
    const made = project([], CONFIG.replace('sqlite:site.sqlite', 'mysql://me:hunter2@127.0.0.1:1/x'))
    chmodSync(made.at('rowtree.yaml'), 0o644)
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['config password warn', 'store connection fail'])
    expect(JSON.stringify(checks)).not.toContain('hunter2')
  })

  it('a tree that is a file', async () => {
    const made = project()
    writeFileSync(made.tree, 'mine')
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['tree directory fail'])
    expect(messageAt(checks, 'tree', 'directory')).toContain(`${made.tree} is not a directory`)
  })

  it('a tree that is gone although there is a baseline: nothing is tried out in its place', async () => {
    const made = await exported()
    rmSync(made.tree, { recursive: true })
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['tree directory fail'])
    expect(messageAt(checks, 'tree', 'rename')).toBe('')
  })

  it('temps of a dead process', async () => {
    const made = await exported()
    writeFileSync(join(made.tree, 'north', `.rowtree-${DEAD}-1-0-0-0.tmp`), 'half')
    const { code, checks } = await checksOf(made)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 0, troubles: ['tree temps warn'] })
    expect(messageAt(checks, 'tree', 'temps')).toContain('→ rowtree sweep')
    await made.run(['sweep', '-q'])
    expect(troubles((await checksOf(made)).checks)).toEqual([])
  })

  it('temps beside the tree, in the state; once where that is inside', async () => {
    for (const [state, config] of [['.rowtree', CONFIG], ['tree/.state', `${CONFIG}state: ./tree/.state\n`]] as const) {
      const made = await exported(config)
      writeFileSync(made.at(state, `.rowtree-${DEAD}-1-0-0-0.tmp`), 'half')
      expect(messageAt((await checksOf(made)).checks, 'tree', 'temps')).toMatch(/^1 temp file of killed processes, such as .* → rowtree sweep$/)
      await made.run(['sweep', '-q'])
      expect(messageAt((await checksOf(made)).checks, 'tree', 'temps')).toBe('no temp files of killed processes → ')
    }
  })

  it('a state that others may read', async () => {
    const made = await exported()
    chmodSync(made.at('.rowtree'), 0o755)
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['state directory warn'])
    expect(messageAt(checks, 'state', 'directory')).toContain(`chmod 700 ${made.at('.rowtree')}`)
  })

  it('a state inside the tree', async () => {
    expect(troubles((await checksOf(await exported(`${CONFIG}state: ./tree/.state\n`))).checks)).toEqual(['state directory warn'])
  })

  it('a state that git would take', async () => {
    const made = await exported()
    spawnSync('git', ['init', '-q'], { cwd: made.directory })
    expect(troubles((await checksOf(made)).checks)).toEqual(['state directory warn'])
    writeFileSync(made.at('.gitignore'), '/.rowtree/\n')
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual([])
    expect(messageAt(checks, 'state', 'directory')).toContain('ignored by git')
  })

  it('a baseline that is none', async () => {
    const made = await exported()
    truncateSync(made.at('.rowtree', 'baseline.db'), 20_000)
    const { code, checks } = await checksOf(made)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 1, troubles: ['state baseline fail'] })
  })

  it.each(['symlink', 'fifo'])('a %s in the place of a baseline, which no command opens', async (kind) => {
    const made = await exported()
    const path = made.at('.rowtree', 'baseline.db')
    rmSync(path)
    if (kind === 'fifo') execFileSync('mkfifo', [path])
    else symlinkSync(made.database, path)
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['state baseline fail'])
    expect(messageAt(checks, 'state', 'baseline')).toContain('move it away')
  })

  it('the database of another program in the place of a baseline, which no command takes', async () => {
    const made = await exported()
    rmSync(made.at('.rowtree', 'baseline.db'))
    sql(made.at('.rowtree', 'baseline.db'), 'create table bookmarks (url text)')
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['state baseline fail'])
    expect(messageAt(checks, 'state', 'baseline')).toContain('it is not a baseline → move it away')
    expect((await made.run(['status'])).stderr).toContain('it is not a baseline; move it away')
  })

  it('a baseline that was cut to nothing, and what follows: equal files are taken over, the others are conflicts', async () => {
    const made = await exported()
    truncateSync(made.at('.rowtree', 'baseline.db'), 0)
    const { code, checks } = await checksOf(made)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 0, troubles: ['state baseline warn'] })
    expect(messageAt(checks, 'state', 'baseline')).toMatch(/the tree has 6 files.* → .*files that differ from their rows become conflicts/)
    writeFileSync(join(made.tree, 'north', 'page-000000.html'), 'mine')
    expect(documentOf(await made.run(['sync', '--json']))).toMatchObject({ adopted: 5, conflicts: [{ path: 'north/page-000000.html' }] })
  })

  it('a baseline of a newer rowtree, and one of another tree', async () => {
    const made = await exported()
    sql(made.at('.rowtree', 'baseline.db'), "update meta set value = '../other'")
    expect(messageAt((await checksOf(made)).checks, 'state', 'baseline')).toContain('belongs to the tree ../other')
    sql(made.at('.rowtree', 'baseline.db'), 'pragma user_version = 99')
    expect(messageAt((await checksOf(made)).checks, 'state', 'baseline')).toContain('a newer rowtree wrote it → update rowtree')
  })

  it('conflicts that wait', async () => {
    const made = await exported()
    sql(made.database, "update pages set body = 'theirs'")
    writeFileSync(join(made.tree, 'north', 'page-000000.html'), 'mine')
    await made.run(['sync', '-q'])
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['state undecided warn'])
    expect(messageAt(checks, 'state', 'undecided')).toBe('1 conflict waits for you → rowtree status')
  })

  it('a warning is no failure, and quiet shows it alone, with its remedy', async () => {
    const made = await exported()
    chmodSync(made.at('.rowtree'), 0o755)
    const { code, stdout, stderr } = await made.run(['doctor', '-q'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toEqual(['state', expect.stringMatching(/^ {2}! warn {2}directory /), expect.stringMatching(/^ +→ chmod 700 /)])
  })
})

describe.skipIf(!IS_ROOT)('as a user without rights (needs root)', () => {
  it('names what may not be written', async () => {
    const made = await exported()
    chmodSync(made.directory, 0o755)
    chmodSync(made.database, 0o644)
    const cache = cacheOfNobody()
    const run: Project['run'] = (args) => made.run(args, { uid: NOBODY, gid: NOBODY, env: { DENO_DIR: cache, NODE_COMPILE_CACHE: cache } })
    const { checks } = await checksOf({ run })
    expect(troubles(checks)).toEqual(['tree directory fail', 'state directory fail', 'state directory warn', 'state baseline fail', 'store rights warn'])
    expect(messageAt(checks, 'tree', 'directory')).toContain('chown or chmod')
    expect(messageAt(checks, 'state', 'baseline')).toMatch(/^Cannot look into the state directory .* → run rowtree as its owner, or name another "state"/)
  })
})

describe.skipIf(!CAN_MOUNT)('filesystems (needs root and mount)', () => {
  it('says that the tree is read-only', async () => {
    const tree = mountTmpfs(1_000_000)
    const made = await exported(CONFIG.replace('./tree', tree))
    makeReadOnly(tree)
    const { code, checks } = await checksOf(made)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 1, troubles: ['tree directory fail', 'tree filesystem fail', 'state directory warn'] })
    expect(messageAt(checks, 'tree', 'filesystem')).toContain('mounted read-only')
  })

  it('says what still works while the tree is read-only: import and status', async () => {
    const tree = mountTmpfs(1_000_000)
    const made = await exported(CONFIG.replace('./tree', tree))
    writeFileSync(join(tree, 'north', 'page-000000.html'), 'mine')
    makeReadOnly(tree)
    expect(messageAt((await checksOf(made)).checks, 'tree', 'directory')).toContain('→ mount it writable; until then only import and status work')
    expect((await made.run(['status'])).code).toBe(0)
    expect(documentOf(await made.run(['import', '--json']))).toMatchObject({ ok: true, imported: 1 })
  })

  it('says that next to nothing works while the state is read-only, as the commands do', async () => {
    const mount = mountTmpfs(1_000_000)
    const made = await exported(`${CONFIG.replace('./tree', join(mount, 'tree'))}state: ${join(mount, 'state')}\n`)
    makeReadOnly(mount)
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['tree directory fail', 'tree filesystem fail', 'state directory fail'])
    expect(messageAt(checks, 'tree', 'directory')).toMatch(/→ mount it writable$/)
    expect(messageAt(checks, 'state', 'directory')).toBe(`${mount}/state cannot be written: its filesystem is mounted read-only; until it can be, only status and diff work, if at all → mount it writable`)
    expect(await made.run(['status'])).toMatchObject({ code: 0, stderr: '' })
    expect((await made.run(['diff'])).code).toBe(0)
    const { code, stderr } = await made.run(['import'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(IS_DENO ? /whether it is mounted writable/ : /the filesystem is read-only; mount it writable/) as string })
  })

  it('says that the state cannot be made', async () => {
    const mount = mountTmpfs(1_000_000)
    const made = project([], `${CONFIG}state: ${join(mount, 'state')}\n`)
    makeReadOnly(mount)
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['state directory fail'])
    expect(messageAt(checks, 'state', 'directory')).toContain(`cannot be made in ${mount}: its filesystem is mounted read-only → mount it writable`)
  })

  it('says that the disk is nearly full, and that the state is on another filesystem', async () => {
    const tree = mountTmpfs(1_000_000)
    const made = await exported(CONFIG.replace('./tree', tree))
    writeFileSync(join(tree, 'ballast'), new Uint8Array(960_000))
    const { checks } = await checksOf(made)
    expect(troubles(checks)).toEqual(['tree filesystem warn', 'state directory warn'])
    expect(messageAt(checks, 'state', 'directory')).toContain('on another filesystem than the tree')
    expect(leftBelow(tree)).toEqual([])
  })

  it('fails, and says why, on a disk that is full', async () => {
    const tree = mountTmpfs(200_000)
    const made = await exported(CONFIG.replace('./tree', tree))
    mkdirSync(join(tree, 'full'))
    spawnSync('dd', ['if=/dev/zero', `of=${join(tree, 'full', 'ballast')}`, 'bs=4096'], { stdio: 'ignore' })
    const { code, checks } = await checksOf(made)
    expect(code).toBe(1)
    expect(troubles(checks)).toContain('tree filesystem fail')
    expect(leftBelow(tree)).toEqual([])
  })
})

const NO_EXFAT = missingFor(EXFAT)

describe.skipIf(NO_EXFAT !== undefined)(`exFAT${NO_EXFAT === undefined ? '' : ` (${NO_EXFAT})`}`, () => {
  it('has no hard links, and no capitals', async () => {
    const tree = mountKind(EXFAT)
    const made = await exported(CONFIG.replace('./tree', tree))
    const { code, checks } = await checksOf(made)
    expect({ code, troubles: troubles(checks) }).toEqual({ code: 0, troubles: ['tree rename warn', 'tree names warn', 'state directory warn'] })
    expect(messageAt(checks, 'tree', 'rename')).toContain('no hard links')
    expect(messageAt(checks, 'tree', 'names')).toContain('"A" and "a" are one name')
    expect(leftBelow(tree)).toEqual([])
  })
})

describe.skipIf(!CAN_INJECT)('a disk that refuses (needs Linux and a C compiler)', () => {
  it.each<[troubles: string[], calls: readonly Call[], fault: Fault]>([
    [['tree rename warn'], ['link'], 'EPERM'],
    [['tree flush fail'], ['fsync'], 'EIO'],
    [['tree flush fail'], ['fsync'], 'EINVAL'],
  ])('%j: %j fails with %s', async (expected, calls, fault) => {
    expect(troubles(await refused(await exported(), calls, fault))).toEqual(expected)
  })

  it.each<[errno: Fault, remedy: string]>([
    ['ENOSPC', 'make room and run it again'],
    ['EDQUOT', 'make room and run it again'],
    ['EROFS', 'mount it writable'],
    ['EIO', 'check the disk'],
    ['EMFILE', 'raise the limit (ulimit -n)'],
    ['EACCES', 'or run rowtree as its owner'],
  ])('tells what to do about %s', async (errno, remedy) => {
    const checks = (await refused(await exported(), ['mkdir'], errno)).filter(({ status }) => status === 'fail')
    expect(troubles(checks)).toEqual(['rename', 'flush', 'names', 'clock', 'watching'].map((name) => `tree ${name} fail`))
    expect(checks.map((check) => check.remedy)).toEqual(checks.map(() => expect.stringContaining(remedy) as string))
  })

  it('does not take a full disk for too few watches', async () => {
    const checks = await refused(await exported(), ['write'], 'ENOSPC', 'watched')
    expect(troubles(checks)).toEqual(['tree watching fail'])
    expect(messageAt(checks, 'tree', 'watching')).toMatch(/^ENOSPC: [^→]* → make room/)
  })

  it.each<[errno: Fault, remedy: RegExp]>([['EACCES', /chown or chmod/], ['ENOTCONN', /^mount it again/]])('tells of a filesystem that answers with %s alone, and goes on', async (errno, remedy) => {
    const checks = await refused(await exported(), ['statfs'], errno)
    expect(troubles(checks)).toEqual(['tree filesystem fail'])
    expect(checks.find(({ name }) => name === 'filesystem')!.remedy ?? '').toMatch(remedy)
    expect(checks.map(({ group }) => group)).toContain('store')
  })

  it('a doctor that is killed leaves what the next command sweeps away', async () => {
    const made = await exported()
    const faults = new Faults()
    faults.arm({ root: made.at('.rowtree'), calls: ['link'], at: 1, fault: 'kill-after' })
    expect(await finished(start(['doctor'], { cwd: made.directory, env: faults.env }))).toMatchObject({ signal: 'SIGKILL' })
    expect(leftBelow(made.at('.rowtree'))).not.toEqual([])
    await made.run(['export', '-q'])
    expect(leftBelow(made.directory)).toEqual([])
  })
})

it.skipIf(process.platform !== 'linux')('says that few files may be open (needs Linux)', async () => {
  const made = await exported()
  const [file, args] = command(['doctor', '--json'])
  const done = await finished(spawn('sh', ['-c', 'ulimit -n 200; exec "$0" "$@"', file, ...args], { cwd: made.directory }))
  expect(troubles((JSON.parse(done.stdout) as { checks: Told[] }).checks)).toEqual(['machine open files warn'])
})

it('ends at a signal, without a trace', async () => {
  const made = await exported()
  const before = stateOf(made.directory)
  const child = start(['doctor'], { cwd: made.directory })
  child.stdout!.once('data', () => child.kill('SIGINT'))
  // Where the signal is late, the doctor may be done.
  expect([130, null]).toContain((await finished(child)).code)
  expect(stateOf(made.directory)).toEqual(before)
})

it('waits for nobody: another rowtree may hold the lock', async () => {
  const made = await exported()
  const lock = await takeLock(made.at('.rowtree', 'lock.db'), 1_000)
  onTestFinished(() => lock.release())
  expect(troubles((await checksOf(made)).checks)).toEqual([])
})

it.skipIf(!HAS_TERMINAL).each([80, 40])('fits a terminal of %s columns (needs script of util-linux)', async (columns) => {
  const made = await exported()
  chmodSync(made.at('.rowtree'), 0o755)
  const { stdout } = await onTerminal(['doctor', '-C', made.directory], columns)
  const lines = stripVTControlCharacters(stdout).split(/\r?\n/)
  expect(lines.length).toBeGreaterThan(20)
  // A path is not broken.
  expect(lines.filter((line) => line.length > columns && !line.includes(made.directory))).toEqual([])
  expect(stdout).toContain('\x1b[33mwarn\x1b[39m')
})
