import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { takeCensus } from '../../src/tree/probes/census.ts'
import { probeFlushing } from '../../src/tree/probes/flushing.ts'
import { findMount, mountOf } from '../../src/tree/probes/mount.ts'
import { probeNaming } from '../../src/tree/probes/naming.ts'
import { probeRenaming } from '../../src/tree/probes/renaming.ts'
import { inRoom } from '../../src/tree/probes/room.ts'
import { probeTiming } from '../../src/tree/probes/timing.ts'
import { probeWatching } from '../../src/tree/probes/watching.ts'
import { tempOwner } from '../../src/tree/temp.ts'
import { temporaryDirectory } from '../support/temporary.ts'

describe('a room', () => {
  it('is named like a temp, and gone afterwards with all that is in it', async () => {
    const directory = temporaryDirectory()
    await inRoom(directory, (room) => {
      expect(tempOwner(room.slice(directory.length + 1))).toBeDefined()
      mkdirSync(join(room, 'deep'))
      writeFileSync(join(room, 'deep', 'file'), '')
    })
    expect(readdirSync(directory)).toEqual([])
  })

  it('is gone also when what is tried out fails', async () => {
    const directory = temporaryDirectory()
    await expect(inRoom(directory, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('this filesystem', () => {
  it('replaces files as it should', () => {
    expect(probeRenaming(temporaryDirectory())).toEqual({ keepsOld: true, hasNew: true, links: true, refusesTaken: true })
  })

  it('flushes files and directories', async () => {
    const number = expect.any(Number) as number
    expect(await probeFlushing(temporaryDirectory())).toMatchObject({ file: number, directory: number })
  })

  it('stamps files in step with the system, and keeps times', async () => {
    const { step, ahead, keepsTimes } = await probeTiming(temporaryDirectory())
    expect({ ahead, keepsTimes }).toEqual({ ahead: 0, keepsTimes: true })
    expect(step).toBeGreaterThan(0)
  })

  it('tells of a save', async () => {
    expect(await probeWatching(temporaryDirectory())).toEqual({ seen: expect.any(Number) as number })
  })

  it('takes names as they are', () => {
    expect(probeNaming(temporaryDirectory())).toMatchObject({ faithful: true, longest: 255 })
  })

  it('tells how much room it has', () => {
    const { size, free, readOnly } = mountOf(temporaryDirectory())
    expect(readOnly).toBe(false)
    expect(size).toBeGreaterThanOrEqual(free)
    expect(free).toBeGreaterThan(0)
  })
})

describe('the mount of a path', () => {
  const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 0:26 / /srv rw - xfs /dev/sdb rw
31 22 0:27 / /srv/my\\040disk rw shared:9 master:2 - fuse.sshfs me@there:/ rw,user_id=0
32 22 0:28 / /over rw - tmpfs tmpfs rw
33 22 0:29 / /over rw - nfs4 there:/over ro,vers=4.2
`

  it.each([
    ['/home/me', 'ext4', '/'],
    ['/srv', 'xfs', '/srv'],
    ['/srv/my disk/tree', 'fuse.sshfs', '/srv/my disk'],
    ['/srvice', 'ext4', '/'],
    ['/over/it', 'nfs4', '/over'],
  ])('%s is %s at %s', (path, type, place) => {
    expect(findMount(MOUNTS, path)).toMatchObject({ type, place })
  })

  it('is read-only by its own options or by those of the filesystem', () => {
    expect(findMount(MOUNTS, '/over/it')!.options).toContain('ro')
    expect(findMount(MOUNTS, '/srv')!.options).not.toContain('ro')
  })

  it('is not known where the system does not list mounts', () => {
    expect(findMount('', '/')).toBeUndefined()
  })
})

it('a census counts what is there, and tells temps of dead processes apart', () => {
  const root = temporaryDirectory()
  const temp = `a/b/.rowtree-${spawnSync(process.execPath, ['--version']).pid.toString(36)}-1-0-0-0.tmp`
  mkdirSync(join(root, 'a', 'b'), { recursive: true })
  for (const path of ['one', 'a/two', temp]) writeFileSync(join(root, path), '')
  expect(takeCensus(root)).toEqual({ files: 2, directories: 3, stale: [temp], unlisted: [] })
  expect(existsSync(join(root, temp))).toBe(true)
})
