import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { attempt, failure } from '../support/attempt.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { CONFIG, filesBelow, type Project, project, stateOf } from '../support/project.ts'
import { cacheOfNobody, IS_DENO, IS_ROOT, NOBODY } from '../support/script.ts'
import { insertPages, type Page, samplePages } from '../support/tables.ts'

/** Everybody may enter and read the project; `run` runs as a user without any rights. */
function asNobody(bad: Project): Project {
  chmodSync(bad.directory, 0o755)
  const cache = cacheOfNobody()
  const nobody = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}
  return { ...bad, run: (args, options) => bad.run(args, { ...nobody, ...options, env: { ...options?.env, DENO_DIR: cache, NODE_COMPILE_CACHE: cache } }) }
}

describe.skipIf(process.platform === 'win32')('without permission', () => {
  it('cannot read the tree', async () => {
    const bad = asNobody(project())
    mkdirSync(bad.tree)
    chmodSync(bad.tree, 0o333)
    const { code, stdout, stderr } = await bad.run(['export'])
    chmodSync(bad.tree, 0o755)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: Cannot read the tree \S+\/tree: EACCES: [^\n]*; check its permissions\n$/)
    expect(filesBelow(bad.tree)).toEqual([])
  })

  it.skipIf(IS_DENO)('cannot write into the tree (Deno learns it from the first write)', async () => {
    const bad = asNobody(project())
    mkdirSync(bad.tree)
    chmodSync(bad.tree, 0o555)
    expect(await attempt(bad)).toEqual(failure(1, 'Cannot write into the tree <tree>: EACCES'))
  })

  it.skipIf(!IS_ROOT)('cannot create the tree (needs root)', async () => {
    const bad = asNobody(project())
    expect(await attempt(bad)).toEqual(failure(1, 'Cannot create the tree <tree>: EACCES'))
    expect(existsSync(bad.tree)).toBe(false)
  })

  it.skipIf(!IS_ROOT)('cannot create the state directory (needs root)', async () => {
    const bad = asNobody(project())
    mkdirSync(bad.tree)
    chmodSync(bad.tree, 0o777)
    expect(await attempt(bad)).toEqual(failure(1, 'Cannot create the state directory <dir>/.rowtree: EACCES'))
  })

  it('cannot read the database', async () => {
    const bad = asNobody(project())
    chmodSync(bad.database, 0o000)
    const { code, stdout, stderr } = await bad.run(['export'])
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    expect(stderr).toBe(`error: Cannot open the store ${bad.database}: the permission to read it is missing. Allow this user to read it\n`)
  })

  it('cannot read the config', async () => {
    const bad = asNobody(project())
    chmodSync(bad.at('rowtree.yaml'), 0o000)
    const { code, stdout, stderr } = await bad.run(['export'])
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    expect(stderr).toBe(`error: Cannot read ${bad.at('rowtree.yaml')}: permission denied; allow this user to read it\n`)
  })

  it.skipIf(!IS_ROOT)('exports what it may, and names what it may not (needs root)', async () => {
    const bad = asNobody(project())
    for (const path of ['tree', '.rowtree', 'tree/north']) {
      mkdirSync(bad.at(path))
      chmodSync(bad.at(path), path === 'tree/north' ? 0o555 : 0o777)
    }
    const { code, stdout, stderr } = await bad.run(['export'])
    expect(code).toBe(1)
    expect(stdout).toContain('3 exported · 0 unchanged · 3 problems')
    expect(stderr.match(/^problem: Cannot write north\/page-00000\d\.html: EACCES: permission denied.*$/gm)).toHaveLength(3)
    expect(filesBelow(bad.tree)).toHaveLength(3)
  })
})

function enlarge(path: string): void {
  execFileSync('mount', ['-o', 'remount,size=64m', path])
}

describe.skipIf(!CAN_MOUNT)('a filesystem of its own (needs root and mount)', () => {
  const MB = 1_000_000

  /** A project whose tree is a filesystem of one megabyte. */
  function small(pages: readonly Page[]): Project {
    const tree = mountTmpfs(MB)
    return { ...project(pages, CONFIG.replace('./tree', tree)), tree }
  }

  it.each([
    { rows: 400, bytes: 12_000, flags: [] },
    { rows: 400, bytes: 12_000, flags: ['--fsync', 'file'] },
    { rows: 400, bytes: 12_000, flags: ['--fsync', 'batch'] },
    { rows: 2, bytes: 1_500_000, flags: [] },
    { rows: 2_500, bytes: 120, flags: ['--workers', '2'] },
    { rows: 2_500, bytes: 6_000, flags: ['--workers', '2'] },
  ])('leaves nothing on a disk that is full: $rows rows of $bytes bytes, $flags', async ({ rows, bytes, flags }) => {
    const bad = small(samplePages(rows, bytes))
    expect(await attempt(bad, flags)).toEqual(failure(1, 'the disk is full; make room and run it again'))
    expect(stateOf(bad.tree)).toEqual({})
    enlarge(bad.tree)
    expect(await bad.run(['export', '-q'])).toMatchObject({ code: 0, stderr: '' })
    expect(filesBelow(bad.tree)).toHaveLength(rows)
  })

  it('leaves nothing when there is no room for the baseline', async () => {
    const state = mountTmpfs(MB)
    const bad = project(samplePages(400, 12_000), `${CONFIG}state: ${state}\n`)
    expect(await attempt(bad)).toEqual(failure(1, `Cannot write the baseline ${state}/baseline.db: the disk is full; make room and run it again`))
    expect(stateOf(bad.tree)).toEqual({})
    enlarge(state)
    expect(await bad.run(['export', '-q'])).toMatchObject({ code: 0, stderr: '' })
  })

  it('leaves old files whole on a disk that is full', async () => {
    const bad = small(samplePages(60, 3_600))
    await bad.run(['export', '-q'])
    insertPages(bad.database, samplePages(60, 30_000))
    expect(await attempt(bad)).toEqual(failure(1, 'Cannot write <tree>/north/'))
  })

  it('says that a tree is read-only', async () => {
    const bad = small(samplePages(6))
    makeReadOnly(bad.tree)
    expect(await attempt(bad)).toEqual(failure(1, ': the filesystem is read-only; mount it writable'))
  })

  it('says that a state directory is read-only', async () => {
    const state = mountTmpfs(MB)
    makeReadOnly(state)
    const bad = project(samplePages(6), `${CONFIG}state: ${state}\n`)
    expect(await attempt(bad)).toEqual(failure(1, `Cannot write ${state}/lock.db: the filesystem is read-only; mount it writable`))
  })
})
