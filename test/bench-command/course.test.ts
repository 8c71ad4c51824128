import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountsOf, roomFor } from '../../src/bench/course.ts'
import { placeOf, prepareRoom, scratchRooms } from '../../src/bench/place.ts'
import { Contents, FILES_A_DIRECTORY, pathOf } from '../../src/bench/rows.ts'
import type { BenchOptions } from '../../src/index.ts'
import { CAN_MOUNT, mountTmpfs } from '../support/mounts.ts'
import { temporaryDirectory } from '../support/temporary.ts'

describe('amounts', () => {
  it.each<[options: BenchOptions, settle: number, expected: object]>([
    [{}, 100, { rows: 5_000, size: 2_048, rounds: 5, saves: 100 }],
    [{}, 1_000, { saves: 11 }],
    [{}, 60_000, { saves: 3 }],
    [{}, 0, { saves: 100 }],
    [{ saves: 500 }, 60_000, { saves: 500 }],
    [{ saves: 0 }, 100, { saves: 0 }],
    [{ rows: 50_000 }, 100, { rounds: 3 }],
    [{ rows: 50_000, rounds: 9 }, 100, { rounds: 9 }],
  ])('%j with a settle of %d', (options, settle, expected) => {
    expect(amountsOf(options, settle)).toMatchObject(expected)
  })

  it.each<[options: BenchOptions, said: string]>([
    [{ rows: 99 }, 'Cannot measure with rows 99: it must be a whole number from 100 to 1,000,000'],
    [{ rows: 1_000_001 }, 'rows 1000001'],
    [{ rows: 1_000.5 }, 'rows 1000.5'],
    [{ size: 63 }, 'size 63'],
    [{ saves: -1 }, 'saves -1'],
    [{ rounds: Number.NaN }, 'rounds NaN'],
  ])('%j is refused', (options, said) => {
    expect(() => amountsOf(options, 100)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(said) as unknown }))
  })
})

describe('contents', () => {
  it('are the same for the same seed, of their size, and another for each row and edition', () => {
    fc.assert(fc.property(fc.integer({ min: 64, max: 5_000 }), fc.nat(99_999), fc.nat(99), (size, index, edition) => {
      const contents = new Contents(size)
      const text = contents.of(index, edition)
      expect(Buffer.byteLength(text)).toBe(size)
      expect(new Contents(size).of(index, edition)).toBe(text)
      expect(contents.of(index + 1, edition)).not.toBe(text)
      expect(contents.of(index, edition + 1)).not.toBe(text)
    }))
  })

  it('lie in directories of some hundred', () => {
    expect([0, FILES_A_DIRECTORY - 1, FILES_A_DIRECTORY].map(pathOf)).toEqual(['site-00000/page-0000000.html', 'site-00000/page-0000499.html', 'site-00001/page-0000500.html'])
  })
})

/** A directory with a tree and a state, or without. */
function sides(tree: string, state: string, ...made: readonly string[]): { readonly base: string; readonly tree: string; readonly state: string } {
  const base = temporaryDirectory()
  for (const path of made) mkdirSync(join(base, path), { recursive: true })
  return { base, tree: join(base, tree), state: join(base, state) }
}

describe('the place', () => {
  it.each<[title: string, tree: string, state: string, made: string[], expected: string]>([
    ['the state, where it is there', 'tree', '.rowtree', ['tree', '.rowtree'], '.rowtree'],
    ['where the state is going to be', 'a/tree', 'b/.rowtree', ['a/tree', 'b'], 'b'],
    ['above a tree that is not there yet', 'a/b/tree', 'a/b/.rowtree', ['a'], 'a'],
    ['beside a tree whose state is inside', 'a/tree', 'a/tree/.rowtree', ['a/tree/.rowtree'], 'a'],
    ['beside a tree whose state is going to be inside', 'a/tree', 'a/tree/.rowtree', ['a/tree'], 'a'],
  ])('is %s', (_, tree, state, made, expected) => {
    const { base, ...config } = sides(tree, state, ...made)
    expect(placeOf(config)).toEqual({ room: join(base, expected), together: true })
  })

  it('is never in the tree, also by a symlink', () => {
    const { base, ...config } = sides('link', '.rowtree', 'a/tree/state')
    symlinkSync(join(base, 'a/tree'), config.tree)
    symlinkSync(join(base, 'a/tree/state'), config.state)
    for (const room of scratchRooms(config)) expect(`${room}/`).not.toContain('/tree/')
    expect(placeOf(config).together).toBe(true)
  })

  it('is never below a tree that has everything in it', () => {
    expect(scratchRooms({ tree: '/', state: temporaryDirectory() })).toEqual([])
  })

  it.skipIf(!CAN_MOUNT)('is on another filesystem where the tree is the root of its own (needs root and mount)', () => {
    const { base, state } = sides('tree', '.rowtree', '.rowtree')
    expect(placeOf({ tree: mountTmpfs(1_000_000), state })).toEqual({ room: join(base, '.rowtree'), together: false })
  })

  it.skipIf(!CAN_MOUNT)('has to have space for it (needs root and mount)', () => {
    const room = mountTmpfs(1_000_000)
    expect(() => prepareRoom(room, { rows: 1_000, size: 2_048, saves: 0, rounds: 1 })).toThrow(expect.objectContaining({ code: 'disk-full', message: expect.stringMatching(/it may take \d+ MB, and 1 MB are free; make room, or lower --rows or --size$/) as unknown }))
  })

  it('is given back what a process that was killed left there', () => {
    const room = temporaryDirectory()
    const left = join(room, '.rowtree-zzzzz-1-0-0-0.tmp')
    mkdirSync(join(left, 'tree'), { recursive: true })
    writeFileSync(join(left, 'tree', 'a'), 'a')
    prepareRoom(room, { rows: 100, size: 64, saves: 0, rounds: 1 })
    expect(() => rmSync(left)).toThrow('ENOENT')
  })

  it('takes more with more rows, and with longer ones', () => {
    expect(roomFor({ rows: 2_000, size: 2_048 })).toBeGreaterThan(roomFor({ rows: 1_000, size: 2_048 }))
    expect(roomFor({ rows: 1_000, size: 65_536 })).toBeGreaterThan(roomFor({ rows: 1_000, size: 2_048 }))
  })
})
