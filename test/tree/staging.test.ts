import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Licence } from '../../src/core/direction.ts'
import { DEFAULT_GUARDS } from '../../src/core/guards.ts'
import { filesystemClock } from '../../src/tree/clock.ts'
import { digestOf } from '../../src/digest.ts'
import * as job from '../../src/tree/job.ts'
import type { PublishResult, StageJob, StageResult } from '../../src/tree/job.ts'
import { publishJob } from '../../src/tree/publishing.ts'
import { discardJob, stageJob } from '../../src/tree/staging.ts'
import { lstat } from '../../src/tree/stat.ts'
import { tempOwner, tempPrefix } from '../../src/tree/temp.ts'
import type { FileStat } from '../../src/types.ts'
import { editInPlace, listing } from '../support/files.ts'
import { CAN_MOUNT, CAN_TRACE, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_ROOT, NOBODY, runScript, source, startScript } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** One file of a job. */
interface Item {
  readonly path: string
  /** What the row holds. */
  readonly row: string
  /** What both sides last agreed on, and whether its stat proves it. */
  readonly baseline?: { readonly text: string; readonly stat: FileStat; readonly settled?: boolean }
  readonly fresh?: boolean
}

const KEEP: Licence = { direction: 'export', prune: false, delete: false, prefer: undefined, onConflict: 'keep' }
const FORCE: Licence = { ...KEEP, prefer: 'store' }

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (...path: string[]): string => readFileSync(join(...path), 'utf8')
const temps = (root: string): string[] => listing(root).filter((path) => tempOwner(path.slice(path.lastIndexOf('/') + 1)))

function jobOf(root: string, items: readonly Item[], options: Partial<StageJob> = {}): StageJob {
  const table = new Float64Array(items.length * job.FIELDS)
  let end = 0
  for (const [index, { row, baseline, fresh }] of items.entries()) {
    end += bytesOf(row).length
    const flags = (baseline ? job.KNOWN : 0) | (baseline?.settled === false ? 0 : job.SETTLED) | (fresh ? job.FRESH : 0)
    const { size, mtime, inode } = baseline?.stat ?? { size: 0, mtime: 0, inode: 0 }
    table.set([end, flags, size, mtime, inode], index * job.FIELDS)
  }
  return {
    root,
    prefix: tempPrefix(),
    suffix: '.tmp',
    paths: items.map(({ path }) => path).join('\n'),
    known: items.map(({ baseline }) => (baseline ? digestOf(bytesOf(baseline.text)) : job.NO_DIGEST)).join(''),
    contents: bytesOf(items.map(({ row }) => row).join('')),
    table,
    fsync: 'off',
    dryRun: false,
    licence: KEEP,
    guards: DEFAULT_GUARDS,
    undone: new Map(),
    homes: new Map(),
    clock: filesystemClock(root, root)(),
    ...options,
  }
}

const OUTCOMES = ['unchanged', 'refreshed', 'adopted', 'staged', 'published', 'pending', 'conflict', 'failed']

const outcomes = (work: job.Job): string[] =>
  work.paths.split('\n').map((_, index) => OUTCOMES[work.table[index * job.FIELDS + job.OUTCOME]!]!)

/** The contents of found files, by index. */
function takenOf({ found, taken }: StageResult): [number, string][] {
  return found.map(({ index, span }) => [index, Buffer.from(taken!).subarray(...span!).toString()])
}

/** The stat that a job's table tells. */
function told(work: job.Job, index = 0): FileStat {
  const at = index * job.FIELDS
  return { size: work.table[at + job.SIZE]!, mtime: work.table[at + job.MTIME]!, inode: work.table[at + job.INODE]! }
}

const statOf = (...path: string[]): FileStat => {
  const { size, mtime, inode } = lstat(join(...path))!
  return { size, mtime, inode }
}

const publish = (work: StageJob, { racy }: StageResult): PublishResult => publishJob({ ...work, racy })

/** A tree with these files, all last written long ago. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const root = temporaryDirectory()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    utimesSync(join(root, path), 1_000_000.5, 1_000_000.5)
  }
  return root
}

/** A tree whose file `a/file` holds `old`, and a job that has staged `new` for it. */
function staged(options: Partial<StageJob> = {}): { root: string; path: string; work: StageJob; result: StageResult } {
  const root = treeOf({ 'a/file': 'old' })
  const path = join(root, 'a/file')
  const work = jobOf(root, [{ path: 'a/file', row: 'new', baseline: { text: 'old', stat: statOf(path) } }], options)
  return { root, path, work, result: stageJob(work) }
}

describe('stageJob', () => {
  // Letters are contents, a dash is nothing; the baseline's stat is the file's.
  it.each<[name: string, baseline: string, row: string, file: string, outcome: string, forced: string]>([
    ['a new row', '-', 'a', '-', 'staged', 'staged'],
    ['all the same', 'a', 'a', 'a', 'unchanged', 'unchanged'],
    ['the same content on both sides, unknown', '-', 'a', 'a', 'adopted', 'adopted'],
    ['both edited alike', 'a', 'b', 'b', 'adopted', 'adopted'],
    ['the row edited', 'a', 'b', 'a', 'staged', 'staged'],
    ['the file edited', 'a', 'a', 'b', 'pending', 'staged'],
    ['the file deleted', 'a', 'a', '-', 'staged', 'staged'],
    ['both edited', 'a', 'b', 'c', 'conflict', 'staged'],
    ['a file in the way of a new row', '-', 'a', 'b', 'conflict', 'staged'],
    ['the row edited, the file deleted', 'a', 'b', '-', 'conflict', 'staged'],
  ])('%s (%s %s %s): %s', (_, baseline, row, file, outcome, forced) => {
    for (const force of [false, true]) {
      const root = treeOf(file === '-' ? {} : { file })
      if (file !== '-') {
        writeFileSync(join(root, 'file'), file)
        utimesSync(join(root, 'file'), 1_000_000.5, 1_000_000.5)
      }
      // An edited file has another stat than the baseline's.
      const stat = file !== '-' && file === baseline ? statOf(root, 'file') : { size: 1, mtime: 1, inode: 1 }
      const work = jobOf(root, [{ path: 'file', row, ...(baseline !== '-' && { baseline: { text: baseline, stat } }) }], { licence: force ? FORCE : KEEP })
      const { problems, fatal, digests } = stageJob(work)
      const expected = force ? forced : outcome
      expect(outcomes(work)).toEqual([expected])
      expect({ problems, fatal, digests }).toEqual({ problems: [], fatal: undefined, digests: digestOf(bytesOf(row)) })
      expect(temps(root)).toHaveLength(expected === 'staged' ? 1 : 0)
      expect(existsSync(join(root, 'file')) ? text(root, 'file') : '-').toBe(file)
    }
  })

  it('stages the whole content and tells its stat', () => {
    const { root, work } = staged()
    const [temp] = temps(root)
    expect(temp).toBe(`a/${work.prefix}-0.tmp`)
    expect(text(root, temp!)).toBe('new')
    expect(told(work)).toEqual(statOf(root, temp!))
  })

  it('keeps the contents of a job apart', () => {
    const root = treeOf({})
    const rows = ['one', '', 'drei: ß😀', 'x'.repeat(70_000), 'five']
    const items = rows.map((row, index) => ({ path: `file ${index}`, row }))
    const work = jobOf(root, items)
    const result = stageJob(work)
    expect(outcomes(work)).toEqual(rows.map(() => 'staged'))
    expect(rows.map((_, index) => job.digestAt(result.digests, index))).toEqual(rows.map((row) => digestOf(bytesOf(row))))
    expect(publish(work, result)).toEqual({ problems: [] })
    expect(rows.map((_, index) => text(root, `file ${index}`))).toEqual(rows)
    expect(temps(root)).toEqual([])
  })

  it('trusts a stat that proves the content, and no other', () => {
    const root = treeOf({ same: 'disk', unsettled: 'disk', touched: 'disk', edited: 'disk' })
    const stat = statOf(root, 'same')
    const work = jobOf(root, [
      // The file is not what the baseline says, which nobody can know without reading it.
      { path: 'same', row: 'rows', baseline: { text: 'rows', stat } },
      { path: 'unsettled', row: 'disk', baseline: { text: 'disk', stat: statOf(root, 'unsettled'), settled: false } },
      { path: 'touched', row: 'disk', baseline: { text: 'disk', stat: { ...statOf(root, 'touched'), mtime: 5 } } },
      { path: 'edited', row: 'rows', baseline: { text: 'rows', stat: statOf(root, 'edited'), settled: false } },
    ])
    stageJob(work)
    expect(outcomes(work)).toEqual(['unchanged', 'refreshed', 'refreshed', 'pending'])
    for (const [index, path] of ['same', 'unsettled', 'touched'].entries()) expect(told(work, index)).toEqual(statOf(root, path))
  })

  it('does not look for a file in a directory that was made just now', () => {
    const root = treeOf({ file: 'taken meanwhile' })
    const work = jobOf(root, [{ path: 'file', row: 'new', fresh: true }])
    const result = stageJob(work)
    expect(outcomes(work)).toEqual(['staged'])
    expect(publish(work, result).problems).toMatchObject([{ index: 0, code: 'changed-meanwhile' }])
    expect(text(root, 'file')).toBe('taken meanwhile')
  })

  it.each<[code: string, plant: (path: string) => void]>([
    ['target-is-directory', (path) => mkdirSync(path)],
    ['target-is-symlink', (path) => symlinkSync('good', path)],
    ['target-is-symlink', (path) => symlinkSync('nothing', path)],
    ['target-is-special', (path) => void execFileSync('mkfifo', [path])],
  ])('reports %s and goes on', (code, plant) => {
    const root = treeOf({ good: 'old' })
    plant(join(root, 'bad'))
    const before = lstat(join(root, 'bad'))
    const items = ['bad', 'good', 'new'].map((path) => ({ path, row: 'row' }))
    const work = jobOf(root, items, { licence: FORCE })
    const result = stageJob(work)
    expect(outcomes(work)).toEqual(['failed', 'staged', 'staged'])
    expect(result.problems).toMatchObject([{ index: 0, code, message: expect.stringMatching(/^Cannot write bad: .+; move it away$/) }])
    expect(publish(work, result)).toEqual({ problems: [] })
    expect(outcomes(work)).toEqual(['failed', 'published', 'published'])
    expect(lstat(join(root, 'bad'))).toEqual(before)
    expect(text(root, 'good')).toBe('row')
    expect(temps(root)).toEqual([])
  })

  it.each([
    ['missing/file', 'write-failed', 'ENOENT'],
    ['a/file', 'directory-is-file', undefined],
    [`${'x'.repeat(256)}`, 'read-failed', 'ENAMETOOLONG'],
  ])('reports %.12s as one item\'s failure', (path, code, errno) => {
    const root = treeOf({ a: 'a file' })
    const work = jobOf(root, [{ path, row: 'row' }, { path: 'good', row: 'row' }])
    const result = stageJob(work)
    expect(outcomes(work)).toEqual(['failed', 'staged'])
    expect(result.problems).toMatchObject([{ index: 0, code, ...(errno && { errno }) }])
    discardJob(work)
    expect(listing(root)).toEqual(['a'])
  })

  it('tells a file that is being written by what it is, and not by an error', async () => {
    const root = treeOf({ file: 'x'.repeat(4_000_000) })
    const writer = startScript(`
      import { appendFileSync } from 'node:fs'
      for (;;) appendFileSync('${join(root, 'file')}', 'x')`)
    onTestFinished(() => void writer.kill('SIGKILL'))
    let problems: StageResult['problems'] = []
    while (problems.length === 0) {
      problems = stageJob(jobOf(root, [{ path: 'file', row: 'row' }], { dryRun: true })).problems
      await new Promise(setImmediate)
    }
    expect(problems).toEqual([{ index: 0, code: 'changed-meanwhile', message: 'file changed while it was read; run it again' }])
  })

  it('writes nothing in a dry run', () => {
    const root = treeOf({ edited: 'theirs', same: 'row' })
    const before = listing(root)
    const items = ['edited', 'new', 'same'].map((path) => ({ path, row: 'row' }))
    const work = jobOf(root, items, { dryRun: true, licence: FORCE })
    expect(stageJob(work).found).toHaveLength(1)
    expect(outcomes(work)).toEqual(['staged', 'staged', 'adopted'])
    expect(listing(root)).toEqual(before)
  })

  it('keeps the content that force replaces, and only that', () => {
    const root = treeOf({ edited: 'edited', unknown: 'unknown', old: 'old', deep: '' })
    const old = { text: 'old', stat: { size: 1, mtime: 1, inode: 1 } }
    const work = jobOf(
      root,
      [
        { path: 'edited', row: 'new', baseline: old },
        { path: 'unknown', row: 'new' },
        { path: 'old', row: 'new', baseline: old },
        { path: 'missing', row: 'new', baseline: old },
        { path: 'deep', row: 'new', baseline: old },
      ],
      { licence: FORCE },
    )
    const result = stageJob(work)
    expect(outcomes(work)).toEqual(['staged', 'staged', 'staged', 'staged', 'staged'])
    expect(takenOf(result)).toEqual([[0, 'edited'], [1, 'unknown'], [4, '']])
    expect(result.taken).toBeInstanceOf(SharedArrayBuffer)
  })

  it('marks files that were written just now', () => {
    const root = treeOf({ old: 'old', recent: 'old' })
    // In the future, no clock proves anything.
    utimesSync(join(root, 'recent'), Date.now() / 1_000 + 3_600, Date.now() / 1_000 + 3_600)
    const items = ['old', 'recent', 'new'].map((path) => ({ path, row: 'new', ...(path !== 'new' && { baseline: { text: 'old', stat: statOf(root, path) } }) }))
    expect(stageJob(jobOf(root, items)).racy).toEqual([{ index: 1, digest: digestOf(bytesOf('old')) }])
  })

  it.skipIf(!CAN_TRACE)('flushes each file where that was asked for (needs strace)', async () => {
    const root = treeOf({})
    const log = join(temporaryDirectory(), 'log')
    const code = `
      import * as job from '${source('tree/job.ts')}'
      import { stageJob } from '${source('tree/staging.ts')}'
      for (const [path, fsync] of [['a', 'file'], ['b', 'batch'], ['c', 'off']]) {
        const table = new Float64Array(job.FIELDS)
        table[job.END] = 3
        stageJob({ root: '${root}', prefix: '.rowtree-1-1-0-' + path, suffix: '.tmp', paths: path, known: job.NO_DIGEST, table,
          contents: new Uint8Array(3), fsync, dryRun: false, licence: ${JSON.stringify(KEEP)}, guards: ${JSON.stringify(DEFAULT_GUARDS)}, undone: new Map(), homes: new Map(), clock: Date.now() })
      }
      console.log('null')`
    await runScript(code, [], {}, ['strace', '-f', '-y', '-qq', '-e', 'trace=fsync,fdatasync', '-o', log])
    const flushed = text(log).split('\n').filter((line) => line.includes(`<${root}`))
    expect(flushed).toHaveLength(1)
    expect(flushed[0]).toContain('.rowtree-1-1-0-a-0.tmp')
  })

  it.skipIf(!CAN_MOUNT)('leaves nothing staged on a full disk, and says so (needs root)', () => {
    const root = mountTmpfs(1024 * 1024)
    const items = Array.from({ length: 8 }, (_, index) => ({ path: `file-${index}`, row: 'x'.repeat(300_000) }))
    const { fatal } = stageJob(jobOf(root, items))
    expect(fatal).toMatchObject({ errno: 'ENOSPC', path: `${root}/file-3` })
    expect(listing(root)).toEqual([])
  })

  it.skipIf(!IS_ROOT)('reports what may not be read or written, and goes on (needs root)', async () => {
    const root = treeOf({ 'open/secret': 'old', 'fixed/file': 'old', 'open/good': 'old' })
    chmodSync(root, 0o755)
    chmodSync(join(root, 'open'), 0o777)
    chmodSync(join(root, 'open/secret'), 0o600)
    const code = `
      import * as job from '${source('tree/job.ts')}'
      import { stageJob } from '${source('tree/staging.ts')}'
      import { publishJob } from '${source('tree/publishing.ts')}'
      const table = new Float64Array(3 * job.FIELDS)
      for (const index of [0, 1, 2]) table[index * job.FIELDS + job.END] = 3 * (index + 1)
      const work = { root: '${root}', prefix: '.rowtree-1-1-0-0', suffix: '.tmp', paths: 'open/secret\\nfixed/file\\nopen/good', known: job.NO_DIGEST.repeat(3),
        table, contents: new Uint8Array(9), fsync: 'off', dryRun: false, licence: ${JSON.stringify(FORCE)}, guards: ${JSON.stringify(DEFAULT_GUARDS)}, undone: new Map(), homes: new Map(), clock: Date.now() }
      const { problems, racy } = stageJob(work)
      console.log(JSON.stringify([problems, publishJob({ ...work, racy })]))`
    const result = await runScript(code, [], { uid: NOBODY, gid: NOBODY })
    expect(result).toMatchObject([[{ index: 0, code: 'read-failed', errno: 'EACCES' }, { index: 1, code: 'write-failed', errno: 'EACCES' }], { problems: [] }])
    expect(text(root, 'open/secret')).toBe('old')
    expect(statSync(join(root, 'open/good')).size).toBe(3)
    expect(temps(root)).toEqual([])
  })
})

describe('publishJob', () => {
  it('replaces the file that was seen, and keeps its mode', () => {
    const root = treeOf({ 'a/file': 'old' })
    chmodSync(join(root, 'a/file'), 0o600)
    const work = jobOf(root, [{ path: 'a/file', row: 'new', baseline: { text: 'old', stat: statOf(root, 'a/file') } }])
    expect(publish(work, stageJob(work))).toEqual({ problems: [] })
    expect(outcomes(work)).toEqual(['published'])
    expect(text(root, 'a/file')).toBe('new')
    expect(lstat(join(root, 'a/file'))).toMatchObject({ ...told(work), mode: 0o600 })
    expect(temps(root)).toEqual([])
  })

  it('passes over what is not staged', () => {
    const root = treeOf({ same: 'row', edited: 'theirs' })
    const work = jobOf(root, [{ path: 'same', row: 'row' }, { path: 'edited', row: 'row' }])
    expect(publish(work, stageJob(work))).toEqual({ problems: [] })
    expect(outcomes(work)).toEqual(['adopted', 'conflict'])
    expect(text(root, 'edited')).toBe('theirs')
  })

  it.each<[name: string, interfere: (path: string) => void]>([
    ['edited', (path) => writeFileSync(path, 'theirs')],
    ['replaced by one of the same size and time', (path) => { writeFileSync(`${path}2`, 'its'); execFileSync('touch', ['-r', path, `${path}2`]); renameSync(`${path}2`, path) }],
    ['replaced by a symlink', (path) => { rmSync(path); symlinkSync('elsewhere', path) }],
    ['replaced by a directory', (path) => { rmSync(path); mkdirSync(path) }],
    ['replaced by a FIFO', (path) => { rmSync(path); execFileSync('mkfifo', [path]) }],
    ['removed', (path) => rmSync(path)],
  ])('leaves a file alone that was %s since', (_, interfere) => {
    const { root, path, work, result } = staged()
    interfere(path)
    const before = lstat(path)
    expect(publish(work, result)).toEqual({ problems: [{ index: 0, code: 'changed-meanwhile', message: 'a/file changed while it was exported; run it again' }] })
    expect(outcomes(work)).toEqual(['conflict'])
    expect(lstat(path)).toEqual(before)
    expect(temps(root)).toEqual([])
  })

  it.each<[name: string, interfere: (path: string) => void]>([
    ['edited so that its stat stayed the same', (path) => editInPlace(path, 'its')],
    ['removed', (path) => rmSync(path)],
    ['replaced by a symlink', (path) => { rmSync(path); symlinkSync('elsewhere', path) }],
    ['replaced by a FIFO', (path) => { rmSync(path); execFileSync('mkfifo', [path]) }],
    ['lost with its directory', (path) => { rmSync(dirname(path), { recursive: true }); mkdirSync(dirname(path)) }],
  ])('leaves a file alone that was written just now, then %s', (_, interfere) => {
    const root = treeOf({ 'a/file': 'old' })
    const path = join(root, 'a/file')
    utimesSync(path, Date.now() / 1_000 + 3_600, Date.now() / 1_000 + 3_600)
    const work = jobOf(root, [{ path: 'a/file', row: 'new', baseline: { text: 'old', stat: statOf(path) } }])
    const result = stageJob(work)
    interfere(path)
    const before = lstat(path)
    expect(publish(work, result).problems).toMatchObject([{ index: 0, code: 'changed-meanwhile' }])
    expect(outcomes(work)).toEqual(['conflict'])
    expect(lstat(path)).toEqual(before)
    expect(temps(root)).toEqual([])
  })

  it.each<[name: string, plant: (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'theirs')],
    ['a directory', (path) => mkdirSync(path)],
    ['a symlink to nothing', (path) => symlinkSync('nothing', path)],
  ])('leaves %s alone that took the name since', (_, plant) => {
    const root = treeOf({})
    const work = jobOf(root, [{ path: 'file', row: 'new' }])
    const result = stageJob(work)
    plant(join(root, 'file'))
    const before = lstat(join(root, 'file'))
    expect(publish(work, result).problems).toMatchObject([{ code: 'changed-meanwhile' }])
    expect(lstat(join(root, 'file'))).toEqual(before)
    expect(temps(root)).toEqual([])
  })

  it.each(['a', 'a/b'])('writes nothing outside where %s became a symlink since', (link) => {
    const root = treeOf({ 'a/b/file': 'old' })
    const outside = treeOf({ 'b/file': 'old', file: 'old' })
    const work = jobOf(root, [
      { path: 'a/b/file', row: 'new', baseline: { text: 'old', stat: statOf(root, 'a/b/file') } },
      { path: 'a/b/new', row: 'new' },
    ])
    const result = stageJob(work)
    renameSync(join(root, link), join(root, 'moved'))
    symlinkSync(outside, join(root, link))
    const { problems, fatal } = publish(work, result)
    const message = `Cannot write into ${link}: it is a symlink and may lead out of the tree; move it away`
    expect(problems).toEqual([0, 1].map((index) => ({ index, code: 'directory-is-symlink', message })))
    expect(fatal).toBeUndefined()
    expect(outcomes(work)).toEqual(['failed', 'failed'])
    expect(listing(outside)).toEqual(['b/', 'b/file', 'file'])
    expect([text(outside, 'b/file'), text(outside, 'file')]).toEqual(['old', 'old'])
  })

  it('removes its temps from a directory that moved and is a symlink now', () => {
    const { root, work, result } = staged()
    renameSync(join(root, 'a'), join(root, 'moved'))
    symlinkSync('moved', join(root, 'a'))
    expect(publish(work, result).problems).toMatchObject([{ code: 'directory-is-symlink' }])
    expect(listing(root)).toEqual(['a', 'moved/', 'moved/file'])
    expect(text(root, 'moved/file')).toBe('old')
  })

  it('survives that a file took the place of a directory', () => {
    const { root, work, result } = staged()
    rmSync(join(root, 'a'), { recursive: true })
    writeFileSync(join(root, 'a'), 'theirs')
    expect(publish(work, result)).toMatchObject({ problems: [{ index: 0, code: 'directory-is-file' }] })
    expect(outcomes(work)).toEqual(['failed'])
    expect(text(root, 'a')).toBe('theirs')
  })

  it('survives that a directory went with its temps, and goes on', () => {
    const root = treeOf({})
    mkdirSync(join(root, 'a'))
    const work = jobOf(root, [{ path: 'a/new', row: 'new' }, { path: 'good', row: 'new' }])
    const result = stageJob(work)
    rmSync(join(root, 'a'), { recursive: true })
    expect(publish(work, result)).toMatchObject({ problems: [{ index: 0, code: 'write-failed', errno: 'ENOENT' }] })
    expect(outcomes(work)).toEqual(['failed', 'published'])
    expect(listing(root)).toEqual(['good'])
  })

  it('with force puts the row over the edit', () => {
    const root = treeOf({ file: 'theirs' })
    const work = jobOf(root, [{ path: 'file', row: 'new', baseline: { text: 'old', stat: { size: 1, mtime: 1, inode: 1 } } }], { licence: FORCE })
    const result = stageJob(work)
    expect(publish(work, result)).toEqual({ problems: [] })
    expect(text(root, 'file')).toBe('new')
    expect(takenOf(result)).toEqual([[0, 'theirs']])
  })

  it('even with force does not put it over an edit that nobody kept', () => {
    const { path, work, result } = staged({ licence: FORCE })
    writeFileSync(path, 'edited since')
    expect(publish(work, result).problems).toMatchObject([{ code: 'changed-meanwhile' }])
    expect(text(path)).toBe('edited since')
  })

  it.skipIf(!CAN_MOUNT)('tells that the disk became read-only (needs root)', () => {
    const root = mountTmpfs(1024 * 1024)
    const work = jobOf(root, [{ path: 'a', row: 'new' }, { path: 'b', row: 'new' }])
    const result = stageJob(work)
    makeReadOnly(root)
    expect(publish(work, result)).toMatchObject({ problems: [], fatal: { errno: 'EROFS', path: `${root}/a` } })
    expect(existsSync(join(root, 'a'))).toBe(false)
  })

  it.skipIf(!CAN_TRACE)('discards the rest after a failure of the whole disk (needs strace)', async () => {
    const root = treeOf({})
    const code = `
      import * as job from '${source('tree/job.ts')}'
      import { stageJob } from '${source('tree/staging.ts')}'
      import { publishJob } from '${source('tree/publishing.ts')}'
      const table = new Float64Array(3 * job.FIELDS)
      for (const index of [0, 1, 2]) table[index * job.FIELDS + job.END] = 3 * (index + 1)
      const work = { root: '${root}', prefix: '.rowtree-1-1-0-0', suffix: '.tmp', paths: 'a\\nb\\nc', known: job.NO_DIGEST.repeat(3), table,
        contents: new Uint8Array(9), fsync: 'off', dryRun: false, licence: ${JSON.stringify(KEEP)}, guards: ${JSON.stringify(DEFAULT_GUARDS)}, undone: new Map(), homes: new Map(), clock: Date.now() }
      const { racy } = stageJob(work)
      const { fatal } = publishJob({ ...work, racy })
      console.log(JSON.stringify([fatal.errno, fatal.path, [0, 1, 2].map((index) => table[index * job.FIELDS + job.OUTCOME] === job.PUBLISHED)]))`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EIO:when=2']
    expect(await runScript(code, [], {}, wrapper)).toEqual(['EIO', `${root}/b`, [true, false, false]])
    expect(listing(root)).toEqual(['a'])
  })
})

describe('discardJob', () => {
  it('removes what is staged, and nothing else', () => {
    const root = treeOf({ 'a/same': 'row', 'a/edited': 'theirs', 'a/old': 'old' })
    const before = listing(root)
    const items = ['a/same', 'a/edited', 'a/new', 'a/other'].map((path) => ({ path, row: 'row' }))
    const work = jobOf(root, [...items, { path: 'a/old', row: 'new', baseline: { text: 'old', stat: statOf(root, 'a/old') } }])
    stageJob(work)
    expect(temps(root)).toHaveLength(3)
    discardJob(work)
    expect(listing(root)).toEqual(before)
    expect(() => discardJob(work)).not.toThrow()
  })

  it('leaves what is published', () => {
    const { root, path, work, result } = staged()
    publish(work, result)
    discardJob(work)
    expect(listing(root)).toEqual(['a/', 'a/file'])
    expect(text(path)).toBe('new')
  })
})
