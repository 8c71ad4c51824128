import { describe, expect, it } from 'vitest'
import type { BoardFault, BoardFiles } from '../../../src/store/mybb/board-files.ts'
import { readPhp, type PhpArray, type PhpValue } from '../../../src/store/mybb/php.ts'
import { changeAt } from '../fixtures.ts'
import { BOARD, done, importFiles, makeBoard, type TestBoard } from '../mybb-board.ts'

const DEFAULT = "; update mybb_themes set def = 1 where tid = 2; update mybb_datacache set cache = 'a:1:{s:3:\"tid\";s:1:\"9\";}' where title = 'default_theme'"

/** A theme's lists: the order, and all addresses by page. */
function listsOf({ records }: TestBoard, tid: number): { order: unknown[]; pages: Record<string, unknown> } {
  const [theme] = records(`select properties, stylesheets from mybb_themes where tid = ${tid}`)
  const order = (readPhp(theme!['properties'] as string) as PhpArray).get('disporder') as PhpArray
  const list = readPhp(theme!['stylesheets'] as string) as PhpArray
  return { order: [...order.keys()], pages: Object.fromEntries([...list].map(([page, actions]) => [page, addresses(actions)])) }
}

function addresses(value: PhpValue): PhpValue[] {
  return value instanceof Map ? [...value.values()].flatMap(addresses) : [value]
}

/** A board's cache in memory, which refuses paths that match. */
function memory(refused: { paths: RegExp }): { files: BoardFiles; held: Map<string, string>; log: string[] } {
  const held = new Map<string, string>()
  const log: string[] = []
  const attempt = (path: string, work: () => void): Promise<BoardFault | undefined> => {
    log.push(path)
    if (refused.paths.test(path)) return Promise.resolve({ message: 'EACCES: permission denied', errno: 'EACCES' })
    work()
    return Promise.resolve(undefined)
  }
  const files: BoardFiles = {
    write: (path, bytes) => attempt(path, () => held.set(path, Buffer.from(bytes).toString())),
    remove: (path) => attempt(path, () => held.delete(path)),
  }
  return { files, held, log }
}

describe('the lists of themes', () => {
  it('name a stylesheet that was written, in all themes that inherit it', async () => {
    const board = await makeBoard(BOARD + DEFAULT)
    expect(await importFiles(board.store, { 'styles/Default/new.css': 'x', 'styles/Default/a.css': 'mine' })).toEqual(done('x', 'mine'))
    // In the order of their rows: a.css of Default is a new one.
    expect(listsOf(board, 2)).toEqual({
      order: ['b.css', 'new.css', 'a.css'],
      pages: {
        'modcp.php': ['css.php?stylesheet=3'], 'global': ['css.php?stylesheet=5'],
        'usercp.php': ['css.php?stylesheet=6'], 'private.php': ['css.php?stylesheet=6'],
      },
    })
    expect(listsOf(board, 3).pages).toMatchObject({ 'black': ['cache/themes/theme3/c.css'], 'usercp.php': ['css.php?stylesheet=6'], 'inherited': [2, 2, 2, 2] })
    expect(board.records('select properties from mybb_themes where tid = 1')).toEqual([{ properties: '' }])
  })

  it('forget one that was deleted', async () => {
    const board = await makeBoard(BOARD)
    expect(await importFiles(board.store, { 'styles/Dark/c.css': undefined, 'styles/Default/b.css': undefined })).toEqual(done(undefined, 'master b'))
    expect(listsOf(board, 3)).toMatchObject({ order: ['a.css', 'b.css'], pages: { global: ['cache/themes/theme1/b.css'] } })
  })

  it('are copied for the default theme', async () => {
    const board = await makeBoard(BOARD + DEFAULT)
    await importFiles(board.store, { 'styles/Default/b.css': 'x' })
    const [theme] = board.records('select properties, stylesheets from mybb_themes where tid = 2')
    const [copy] = board.records("select cache from mybb_datacache where title = 'default_theme'")
    expect(readPhp(copy!['cache'] as string)).toEqual(new Map(Object.entries({ tid: '2', name: 'Default', ...theme })))
  })

  it('stay as they are when templates change', async () => {
    const board = await makeBoard(BOARD + DEFAULT)
    await importFiles(board.store, { 'template_sets/One/Ungrouped Templates/a.html': 'x' })
    expect(board.records('select distinct properties, stylesheets from mybb_themes')).toEqual([{ properties: '', stylesheets: '' }])
  })

  it('are not made of properties that cannot be read: nothing is written', async () => {
    const board = await makeBoard(`${BOARD}; update mybb_themes set properties = 'a:1:{' where tid = 3`)
    const applied = await importFiles(board.store, { 'styles/Default/b.css': 'x' })
    expect(applied).toMatchObject({ committed: false, problem: { code: 'row-refused', path: 'styles/Default/b.css' } })
    expect(applied).toMatchObject({ problem: { message: expect.stringContaining('its theme cannot list it') as string } })
    expect(board.records('select stylesheet from mybb_themestylesheets where sid = 3')).toEqual([{ stylesheet: 'default b' }])
  })

  it('that the database refuses are told: nothing is written', async () => {
    const board = await makeBoard(`${BOARD}; create trigger t before update on mybb_themes begin select raise(abort, 'too long'); end`)
    expect(await importFiles(board.store, { 'styles/Default/b.css': 'x' })).toMatchObject({
      committed: false,
      problem: { code: 'row-refused', message: expect.stringContaining('the database refused what follows from it: too long') as string },
    })
    expect(board.records('select stylesheet from mybb_themestylesheets where sid = 3')).toEqual([{ stylesheet: 'default b' }])
  })

  it('name equal stylesheets of one theme once; both are kept the same', async () => {
    const board = await makeBoard(`${BOARD}; insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet) values (9, 'c.css', 3, '', 'dark c')`)
    expect(await importFiles(board.store, { 'styles/Dark/c.css': 'new' })).toEqual(done('new'))
    expect(board.records("select sid, stylesheet, cachefile from mybb_themestylesheets where name = 'c.css'")).toEqual([
      { sid: 4, stylesheet: 'new', cachefile: 'css.php?stylesheet=4' }, { sid: 9, stylesheet: 'new', cachefile: 'css.php?stylesheet=9' },
    ])
    expect(listsOf(board, 3).pages).toMatchObject({ black: ['css.php?stylesheet=4'] })
    expect(await importFiles(board.store, { 'styles/Dark/c.css': undefined })).toEqual(done(undefined))
    expect(board.records("select sid from mybb_themestylesheets where name = 'c.css'")).toEqual([])
  })
})

describe("the board's cache", () => {
  it('has the files of what was written, and loses those of what was deleted', async () => {
    const { files, held, log } = memory({ paths: /^never/ })
    const board = await makeBoard(BOARD, { files })
    await importFiles(board.store, { 'styles/Default/new.css': 'a { b: url(c.png); }', 'styles/Dark/c.css': undefined })
    expect(held).toEqual(new Map([['cache/themes/theme2/new.css', 'a { b: url(../../../c.png); }'], ['cache/themes/theme2/new.min.css', 'a{b:url(../../../c.png)}']]))
    expect(log.filter((path) => path.startsWith('cache/themes/theme3'))).toEqual(['cache/themes/theme3/c.css', 'cache/themes/theme3/c.min.css'])
    expect(board.records("select cachefile from mybb_themestylesheets where name = 'new.css'")).toEqual([{ cachefile: 'new.css' }])
    expect(listsOf(board, 3).pages['global']).toEqual(['cache/themes/theme2/new.css'])
  })

  it('is left alone by templates, and by what is not committed', async () => {
    const { files, log } = memory({ paths: /^never/ })
    const board = await makeBoard(BOARD, { files })
    await importFiles(board.store, { 'template_sets/One/Ungrouped Templates/a.html': 'x' })
    const change = await changeAt(board.store, 'styles/Dark/c.css', 'x')
    await expect(board.store.apply([change], () => {
      throw new Error('no')
    })).rejects.toThrow('no')
    expect(log).toEqual([])
  })

  it('that cannot be written is told, and written with a later batch', async () => {
    const refused = { paths: /c\.min\.css$/ }
    const { files, held } = memory(refused)
    const board = await makeBoard(BOARD, { files })
    const stale = {
      path: 'styles/Dark/c.css',
      code: 'cache-stale',
      errno: 'EACCES',
      message: "Cannot write the board's cache/themes/theme3/c.min.css: EACCES: permission denied. The row of styles/Dark/c.css is written, but the board does not show it yet. Mend that, and save the file once more",
    }
    expect(await importFiles(board.store, { 'styles/Dark/c.css': 'new' })).toEqual({ ...done('new'), problems: [stale] })
    expect(board.records('select stylesheet from mybb_themestylesheets where sid = 4')).toEqual([{ stylesheet: 'new' }])
    expect(await importFiles(board.store, { 'styles/Dark/a.css': 'x' })).toMatchObject({ problems: [stale] })
    refused.paths = /^never/
    expect(await importFiles(board.store, { 'styles/Dark/b.css': 'x' })).toEqual(done('x'))
    expect(held.get('cache/themes/theme3/c.min.css')).toBe('new')
  })

  it('has no file of a name that is none', async () => {
    const { files, log } = memory({ paths: /^never/ })
    const board = await makeBoard(`${BOARD}; insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet) values (9, 'a:b.css', 3, '', 'x')`, { files })
    await importFiles(board.store, { 'styles/Dark/a%3Ab.css': 'new' })
    expect(log).toEqual([])
    expect(board.records('select cachefile from mybb_themestylesheets where sid = 9')).toEqual([{ cachefile: 'css.php?stylesheet=9' }])
  })
})
