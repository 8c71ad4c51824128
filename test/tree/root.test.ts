import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RowtreeError } from '../../src/errors.ts'
import { openRoot } from '../../src/tree/root.ts'
import { listing } from '../support/files.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_DENO, IS_ROOT, NOBODY, runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function failureOf(path: string, dryRun: boolean): RowtreeError | undefined {
  try {
    openRoot(path, dryRun)
    return undefined
  } catch (error) {
    if (error instanceof RowtreeError) return error
    throw error
  }
}

/** What a user without rights gets from it. */
async function asNobody(path: string, dryRun: boolean): Promise<unknown> {
  const code = `
    import { openRoot } from '${source('tree/root.ts')}'
    let result
    try {
      result = openRoot('${path}', ${dryRun})
    } catch (error) {
      result = { name: error.name, code: error.code, errno: error.errno, path: error.path }
    }
    console.log(JSON.stringify(result))`
  return await runScript(code, [], { uid: NOBODY, gid: NOBODY })
}

describe('openRoot', () => {
  it('makes a missing root with its parents', () => {
    const directory = temporaryDirectory()
    expect(openRoot(join(directory, 'a/b'), false)).toBe(join(directory, 'a/b'))
    expect(listing(directory)).toEqual(['a/', 'a/b/'])
    expect(openRoot(join(directory, 'a/b'), false)).toBe(join(directory, 'a/b'))
  })

  it('makes nothing in a dry run', () => {
    const directory = temporaryDirectory()
    expect(openRoot(join(directory, 'a/b'), true)).toBe(join(directory, 'a/b'))
    expect(listing(directory)).toEqual([])
  })

  it.each([true, false])('enters a symlink to a directory and tells where it is, dry run: %s', (dryRun) => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'real'))
    symlinkSync('real', join(directory, 'link'))
    expect(openRoot(join(directory, 'link'), dryRun)).toBe(join(directory, 'real'))
  })

  it.each([
    ['file', true],
    ['file', false],
    ['file/below', true],
    ['file/below', false],
    ['link to file', true],
    ['link to file', false],
    ['link to nothing', false],
  ])('refuses %s, dry run: %s', (name, dryRun) => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), 'theirs')
    symlinkSync('file', join(directory, 'link to file'))
    symlinkSync('nothing', join(directory, 'link to nothing'))
    const path = join(directory, name)
    expect(failureOf(path, dryRun)).toMatchObject({ code: 'tree-not-a-directory', path, message: `Cannot use the tree ${path}: it is not a directory; name another "tree"` })
    expect(listing(directory)).toEqual(['file', 'link to file', 'link to nothing'])
  })

  it.skipIf(!IS_ROOT)('refuses what may not be read, written or made (needs root)', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    for (const [name, mode] of [['closed', 0o700], ['fixed', 0o755], ['blind', 0o733], ['open', 0o777]] as const) {
      mkdirSync(join(directory, name))
      chmodSync(join(directory, name), mode)
    }
    const at = (name: string): string => join(directory, name)
    const unreadable = { name: 'RowtreeError', code: 'tree-unreadable', errno: 'EACCES' }
    const unwritable = { name: 'RowtreeError', code: 'tree-unwritable', errno: 'EACCES' }
    expect(await asNobody(at('closed'), false)).toEqual({ ...unreadable, path: at('closed') })
    expect(await asNobody(at('blind'), true)).toEqual({ ...unreadable, path: at('blind') })
    // Under Deno the first write tells.
    expect(await asNobody(at('fixed'), false)).toEqual(IS_DENO ? at('fixed') : { ...unwritable, path: at('fixed') })
    expect(await asNobody(at('fixed'), true)).toBe(at('fixed'))
    expect(await asNobody(at('fixed/new'), false)).toEqual({ ...unwritable, path: at('fixed/new') })
    expect(await asNobody(at('open/new'), false)).toBe(at('open/new'))
  })

  it.skipIf(!IS_ROOT)('takes what its group or root may write (needs root)', async () => {
    const directory = temporaryDirectory()
    chownSync(directory, 1234, NOBODY)
    chmodSync(directory, 0o775)
    expect(await asNobody(directory, false)).toBe(directory)
    chmodSync(directory, 0o555)
    expect(openRoot(directory, false)).toBe(directory)
  })

  it.skipIf(!CAN_MOUNT)('refuses a read-only disk (needs root)', () => {
    const mount = mountTmpfs(65_536)
    makeReadOnly(mount)
    expect(failureOf(mount, false)?.code).toBe(IS_DENO ? undefined : 'read-only')
    expect(failureOf(join(mount, 'a/b'), false)).toMatchObject({ code: 'read-only', errno: 'EROFS' })
    expect(openRoot(mount, true)).toBe(mount)
    expect(existsSync(join(mount, 'a'))).toBe(false)
  })
})
