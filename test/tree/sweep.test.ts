import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sweepTree } from '../../src/tree/sweep.ts'
import { tempName, tempOwner, tempPrefix } from '../../src/tree/temp.ts'
import { listing } from '../support/files.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_ROOT, NOBODY, runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A temp of a process that ended. */
async function deadTemp(index = 0): Promise<string> {
  const child = spawn('true')
  await once(child, 'exit')
  return tempName(`.rowtree-${child.pid!.toString(36)}-1-0-0`, index, '.tmp')
}

/** A tree with these files. */
function treeOf(paths: readonly string[]): string {
  const root = temporaryDirectory()
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), path)
  }
  return root
}

describe('sweepTree', () => {
  it('removes temps of dead processes at any depth, and nothing else', async () => {
    const dead = await deadTemp()
    const user = ['a.html', 'x.tmp', '.rowtree-x.tmp', '.rowtree/baseline.db', '.hidden', 'a/b/.rowtree-1-2.tmp']
    const doomed = [dead, `a/${dead}`, `a/b/c/${dead}`, `.rowtree/${dead}`]
    const root = treeOf([...user, ...doomed])
    mkdirSync(join(root, 'd'))
    symlinkSync(join(root, 'a'), join(root, 'd', dead))
    const { removed, left, problems } = sweepTree(root)
    expect(removed.toSorted()).toEqual(doomed.toSorted())
    expect({ left, problems }).toEqual({ left: 0, problems: [] })
    expect(listing(root).filter((path) => !path.endsWith('/'))).toEqual([...user, `d/${dead}`].sort())
  })

  it('removes a directory that was staged whole, and leaves that of a living process', async () => {
    const dead = await deadTemp()
    const ours = tempName(tempPrefix(), 0, '.tmp')
    const root = treeOf([`a/${dead}/b/file`, `a/${dead}/file`, `${ours}/file`])
    expect(sweepTree(root)).toEqual({ removed: [`a/${dead}`], left: 1, problems: [] })
    expect(listing(root)).toEqual([`${ours}/`, `${ours}/file`, 'a/'])
  })

  it('leaves temps of living processes', async () => {
    const child = spawn('sleep', ['60'])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'spawn')
    const start = process.platform === 'linux' ? Number(readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(' ')[21]) : 0
    const its = `.rowtree-${child.pid!.toString(36)}-${start.toString(36)}-0-0-0.tmp`
    const ours = tempName(tempPrefix(), 0, '.tmp')
    expect(tempOwner(its)).toEqual({ pid: child.pid, start })
    const root = treeOf([its, `a/${its}`, `a/${ours}`])
    expect(sweepTree(root)).toEqual({ removed: [], left: 3, problems: [] })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(sweepTree(root).removed.toSorted()).toEqual([its, `a/${its}`])
    expect(listing(root)).toEqual(['a/', `a/${ours}`])
  })

  it.skipIf(process.platform !== 'linux')('removes temps whose maker\'s id another process took over (needs /proc)', () => {
    const recycled = `.rowtree-${process.ppid.toString(36)}-1-0-0-0.tmp`
    const root = treeOf([recycled])
    expect(sweepTree(root).removed).toEqual([recycled])
  })

  it('does not enter .git or symlinked directories, nor take a symlink for a temp', async () => {
    const dead = await deadTemp()
    const outside = treeOf([dead, `sub/${dead}`])
    const root = treeOf([`.git/${dead}`, `a/.git/objects/${dead}`])
    symlinkSync(outside, join(root, 'link'))
    symlinkSync(join(outside, dead), join(root, dead))
    expect(sweepTree(root)).toEqual({ removed: [], left: 0, problems: [] })
    expect(listing(outside)).toEqual([dead, 'sub/', `sub/${dead}`])
    expect(listing(root)).toContain(dead)
  })

  it('changes nothing in a dry run', async () => {
    const dead = await deadTemp()
    const root = treeOf([dead, `a/${dead}`])
    expect(sweepTree(root, { dryRun: true }).removed.toSorted()).toEqual([dead, `a/${dead}`])
    expect(listing(root)).toEqual([dead, 'a/', `a/${dead}`])
  })

  it('leaves what is younger than asked for', async () => {
    const [young, old] = [await deadTemp(0), await deadTemp(1)]
    const root = treeOf([young, old])
    const now = Date.now() / 1_000
    utimesSync(join(root, young), now - 3_600, now - 3_600)
    utimesSync(join(root, old), now - 3 * 3_600, now - 3 * 3_600)
    expect(sweepTree(root, { olderThan: 2 * 3_600_000 })).toEqual({ removed: [old], left: 1, problems: [] })
    expect(listing(root)).toEqual([young])
  })

  it('finds nothing where there is no directory', () => {
    expect(sweepTree(join(temporaryDirectory(), 'missing'))).toEqual({ removed: [], left: 0, problems: [] })
  })

  it('says what a root is that cannot be listed', () => {
    const root = treeOf(['file'])
    expect(sweepTree(join(root, 'file')).problems).toMatchObject([{ path: '.', code: 'read-failed', errno: 'ENOTDIR' }])
  })

  it.skipIf(!IS_ROOT)('names what it may not read or remove, and goes on (needs root)', async () => {
    const dead = await deadTemp()
    const root = treeOf([`closed/${dead}`, `fixed/${dead}`, `open/${dead}`])
    chmodSync(root, 0o755)
    chmodSync(join(root, 'closed'), 0o700)
    chmodSync(join(root, 'open'), 0o777)
    const code = `
      import { sweepTree } from '${source('tree/sweep.ts')}'
      console.log(JSON.stringify(sweepTree('${root}')))`
    const { removed, problems } = await runScript<ReturnType<typeof sweepTree>>(code, [], { uid: NOBODY, gid: NOBODY })
    expect(removed).toEqual([`open/${dead}`])
    expect(problems.toSorted((a, b) => a.path.localeCompare(b.path))).toMatchObject([
      { path: 'closed', code: 'read-failed', errno: 'EACCES', message: expect.stringMatching(/^Cannot list the directory closed: /) },
      { path: `fixed/${dead}`, code: 'remove-failed', errno: 'EACCES', message: expect.stringMatching(/^Cannot remove the temp file fixed\//) },
    ])
    expect(listing(root)).toEqual(['closed/', `closed/${dead}`, 'fixed/', `fixed/${dead}`, 'open/'])
  })

  it.skipIf(!CAN_MOUNT)('names what it cannot remove from a read-only disk (needs root)', async () => {
    const dead = await deadTemp()
    const root = mountTmpfs(65_536)
    writeFileSync(join(root, dead), '')
    makeReadOnly(root)
    expect(sweepTree(root)).toMatchObject({ removed: [], problems: [{ path: dead, code: 'remove-failed', errno: 'EROFS' }] })
  })
})
