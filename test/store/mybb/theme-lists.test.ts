import { describe, expect, it } from 'vitest'
import { cacheOf } from '../../../src/store/mybb/default-theme.ts'
import { readPhp, writePhp, type PhpArray, type PhpValue } from '../../../src/store/mybb/php.ts'
import { rebuildThemes, type SheetRow, type ThemeRow } from '../../../src/store/mybb/theme-lists.ts'
import { BOARDS, haveBoards } from './boards.ts'

describe.skipIf(!haveBoards).each(BOARDS)('a stock board on %s', (_, read) => {
  const board = haveBoards ? read() : { themes: [], sheets: [], cache: new Map<string, string>() }
  const { themes, sheets, cache } = board

  it('has lists that a rebuild leaves as they are', () => {
    expect([themes.length, sheets.length]).toEqual([2, 17])
    expect(rebuildThemes(themes, sheets, [1], new Set())).toEqual([])
  })

  it('has the lists that are made without knowing them, but for the kind of ids', () => {
    const bare = themes.map((one) => ({ ...one, stylesheets: '' }))
    const made = rebuildThemes(bare, sheets, [1], new Set()).map(({ stylesheets }) => stylesheets)
    expect(made.map(withNumbers)).toEqual(themes.map(({ stylesheets }) => withNumbers(stylesheets)))
  })

  it('has a cache that a rebuild leaves as it is', () => {
    const kept = cache.get('default_theme')!
    expect(cacheOf(themes.find(({ def }) => def === 1)!, kept)).toBe(kept)
  })

  it('has a cache that takes over new lists', () => {
    const made = readPhp(cacheOf({ ...themes[1]!, properties: 'P', stylesheets: 'S' }, cache.get('default_theme')!)) as PhpArray
    expect([made.get('properties'), made.get('stylesheets')]).toEqual(['P', 'S'])
    expect([made.size, made.get(2) ?? 'P', made.get(3) ?? 'S']).toEqual([made.has(0) ? 8 : 4, 'P', 'S'])
  })
})

/** MyBB writes ids as its driver for the database gives them. */
function withNumbers(list: string): string {
  return list.replaceAll('s:1:"1"', 'i:1')
}

/** Makes themes without lists: 1 is the master, 2 inherits from it, 3 from 2. */
function theme(tid: number, disporder: Record<string, PhpValue> = {}, pid = tid - 1): ThemeRow {
  const properties = new Map<string, PhpValue>([['a', 'first'], ['disporder', new Map(Object.entries(disporder))], ['z', 'last']])
  return { tid, pid, name: `t${tid}`, properties: writePhp(properties), stylesheets: '' }
}

function sheet(sid: number, tid: number, name: string, attachedto = '', cachefile = name): SheetRow {
  return { sid, tid, name, attachedto, cachefile }
}

/** The rebuilt themes, by id, as plain objects. */
function rebuilt(themes: ThemeRow[], sheets: SheetRow[], changed: number[], written: number[] = []): Record<string, unknown> {
  const lists = rebuildThemes(themes, sheets, changed, new Set(written))
  return Object.fromEntries(lists.map(({ tid, properties, stylesheets }) => {
    const { disporder } = plain(readPhp(properties)) as { disporder: object }
    return [tid, { order: Object.entries(disporder), list: plain(readPhp(stylesheets)) }]
  }))
}

function plain(value: PhpValue): unknown {
  return value instanceof Map ? Object.fromEntries([...value].map(([key, one]) => [key, plain(one)])) : value
}

const listed = (address: string): ThemeRow => ({ ...theme(1, { 'a.css': 1 }), stylesheets: writePhp(new Map([['global', new Map([['global', new Map([[0, address]])]])]])) })
const at = (address: string): object => ({ list: { global: { global: { 0: address } } } })

describe('the lists of a theme', () => {
  it('are those of its own stylesheets and of the inherited ones that it does not hide', () => {
    const sheets = [sheet(1, 1, 'a.css'), sheet(2, 1, 'b.css'), sheet(3, 2, 'a.css')]
    expect(rebuilt([theme(1), theme(2)], sheets, [2])).toEqual({
      2: {
        order: [['b.css', 1], ['a.css', 2]],
        list: {
          global: { global: { 0: 'cache/themes/theme1/b.css', 1: 'cache/themes/theme2/a.css' } },
          inherited: { global_global: { 'cache/themes/theme1/b.css': 1 } },
        },
      },
    })
  })

  it('name pages and their actions', () => {
    const sheets = [sheet(1, 1, 'a.css', 'private.php?compose,folders|usercp.php|404')]
    const css = { 0: 'cache/themes/theme1/a.css' }
    expect(rebuilt([theme(1)], sheets, [1])).toMatchObject({
      1: { list: { 'private.php': { compose: css, folders: css }, 'usercp.php': { global: css }, 404: { global: css } } },
    })
    expect(rebuildThemes([theme(1)], sheets, [1], new Set())[0]!.stylesheets).toContain('i:404;a:1:{')
  })

  it('keep the order, put what is new at the end, and forget what is gone', () => {
    const sheets = [sheet(1, 1, 'new.css'), sheet(2, 1, 'b.css'), sheet(3, 1, 'a.css'), sheet(4, 1, 'newer.css')]
    expect(rebuilt([theme(1, { 'b.css': '7', 'gone.css': 9, 'a.css': 3 })], sheets, [1])).toMatchObject({
      1: { order: [['a.css', 3], ['b.css', '7'], ['new.css', 8], ['newer.css', 9]] },
    })
  })

  it('leave all other properties where they are', () => {
    const [made] = rebuildThemes([theme(1)], [sheet(1, 1, 'a.css')], [1], new Set())
    expect(made!.properties).toBe('a:3:{s:1:"a";s:5:"first";s:9:"disporder";a:1:{s:5:"a.css";i:1;}s:1:"z";s:4:"last";}')
  })

  it('are rebuilt for all that inherit, and for nobody else', () => {
    const themes = [theme(1), theme(2), theme(3), theme(4, {}, 1)]
    expect(Object.keys(rebuilt(themes, [sheet(1, 1, 'a.css')], [2]))).toEqual(['2', '3'])
    expect(Object.keys(rebuilt(themes, [sheet(1, 1, 'a.css')], [1]))).toEqual(['1', '2', '3', '4'])
  })

  it('end where a theme is its own ancestor', () => {
    const themes = [theme(5, {}, 6), theme(6, {}, 5)]
    expect(rebuilt(themes, [sheet(1, 6, 'a.css')], [5])).toMatchObject({ 5: { list: { inherited: { global_global: { 'cache/themes/theme6/a.css': 6 } } } }, 6: {} })
  })

  it('are empty without a stylesheet', () => {
    expect(rebuildThemes([{ ...theme(1), properties: '', stylesheets: 'x' }], [], [1], new Set())).toEqual([{ tid: 1, properties: 'a:1:{s:9:"disporder";a:0:{}}', stylesheets: 'a:0:{}' }])
  })

  it('show the stylesheet that a deleted one had hidden', () => {
    const before = rebuildThemes([theme(1), theme(2)], [sheet(1, 1, 'a.css'), sheet(2, 2, 'a.css')], [1], new Set())
    const themes = [theme(1), theme(2)].map((one, index) => ({ ...one, ...before[index]! }))
    const after = rebuilt(themes, [sheet(1, 1, 'a.css')], [2])
    expect(after).toEqual({ 2: { order: [['a.css', 1]], list: { global: { global: { 0: 'cache/themes/theme1/a.css' } }, inherited: { global_global: { 'cache/themes/theme1/a.css': 1 } } } } })
  })


  it.each<[what: string, row: SheetRow, known: string, written: number[], address: string]>([
    ['its file', sheet(7, 1, 'a.css'), 'css.php?stylesheet=8', [], 'cache/themes/theme1/a.css'],
    ['the row', sheet(7, 1, 'a.css', '', 'css.php?stylesheet=7'), '-', [], 'css.php?stylesheet=7'],
    ['the row, as it was', sheet(7, 1, 'a.css'), 'css.php?stylesheet=7', [], 'css.php?stylesheet=7'],
    ['the file, as it was', sheet(7, 1, 'a.css', '', 'css.php?stylesheet=7'), 'cache/themes/theme1/a.css', [], 'cache/themes/theme1/a.css'],
    ['a file without a directory, as it was', sheet(7, 1, 'a.css'), 'cache/themes/1_a.css', [], 'cache/themes/1_a.css'],
    ['its file, now that it is written', sheet(7, 1, 'a.css'), 'css.php?stylesheet=7', [7], 'cache/themes/theme1/a.css'],
    ['the row, now that it is written', sheet(7, 1, 'a.css', '', 'css.php?stylesheet=7'), 'cache/themes/theme1/a.css', [7], 'css.php?stylesheet=7'],
  ])('point to %s', (_, row, known, written, address) => {
    const unordered = { ...listed(known), properties: theme(1).properties }
    expect(rebuilt([unordered], [row], [1], written)).toMatchObject({ 1: at(address) })
  })

  it('are not made of properties that cannot be read', () => {
    expect(() => rebuildThemes([{ ...theme(1), properties: 'a:1:{' }], [], [1], new Set())).toThrow(SyntaxError)
    expect(() => rebuildThemes([{ ...theme(1), properties: 's:1:"a";' }], [], [1], new Set())).toThrow('"t1" are no array')
  })
})

it('what is cached of the default theme is made where nothing was', () => {
  expect(readPhp(cacheOf(theme(2), ''))).toEqual(new Map<string, PhpValue>([['name', 't2'], ['tid', 2], ['properties', theme(2).properties], ['stylesheets', '']]))
})
