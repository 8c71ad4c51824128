import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BoardFiles } from '../../../src/store/mybb/board-files.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Store } from '../../../src/store/store.ts'
import { changeAt, contents, readAll } from '../fixtures.ts'
import { importFiles } from '../mybb-board.ts'
import { putBack } from '../put-back.ts'
import { haveBoards } from './boards.ts'

const DATA = new URL('../../../../shared/data/mybb-1.8.37/', import.meta.url)
const NOW = 1_800_000_000_999

/** A server, by the program of its own that loads a dump and asks questions. */
interface Server {
  readonly name: string
  readonly dump: string
  readonly url: string
  /** Somebody wants it to be tested. */
  readonly wanted: boolean
  run(sql: string, database?: string): string
}

const URLS = {
  mysql: new URL(process.env['ROWTREE_TEST_MYSQL'] ?? 'mysql://root@127.0.0.1:3306/test'),
  postgres: new URL(process.env['ROWTREE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test'),
}

const SERVERS: readonly Server[] = [
  {
    name: 'MariaDB, MyISAM',
    dump: 'mybb.mariadb.sql',
    url: URLS.mysql.href,
    wanted: process.env['ROWTREE_TEST_MYSQL'] !== undefined,
    run: (input, database = 'test') => {
      const { hostname, port, username } = URLS.mysql
      return execFileSync('mariadb', ['-h', hostname, '-P', port || '3306', '-u', username, '-N', '-r', database], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
    },
  },
  {
    name: 'PostgreSQL',
    dump: 'mybb.postgres.sql',
    url: URLS.postgres.href,
    wanted: process.env['ROWTREE_TEST_POSTGRES'] !== undefined,
    run: (input, database = 'postgres') => {
      const url = new URL(URLS.postgres)
      url.pathname = `/${database}`
      return execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url.href], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
    },
  },
]

/** Without a server, its program or the boards there is nothing to test. */
function answers({ run, wanted }: Server): boolean {
  try {
    return haveBoards && run('select 1').trim() === '1'
  } catch (error) {
    if (wanted) throw error
    return false
  }
}

describe.each(SERVERS.map((server): [string, Server] => [server.name, server]))('a stock board on %s', (_, server) => {
  describe.skipIf(!answers(server))('is written', () => {
    const name = `rt_board_${process.pid}_${process.hrtime.bigint() % 1_000_000n}`
    const held = new Map<string, string>()
    const files: BoardFiles = {
      write: (path, bytes) => Promise.resolve(void held.set(path, Buffer.from(bytes).toString())),
      remove: (path) => Promise.resolve(void held.delete(path)),
    }
    const stores: Store[] = []
    const open = async (mybb: { files?: BoardFiles } = {}): Promise<Store> => {
      const url = new URL(server.url)
      url.pathname = `/${name}`
      const store = await openStore({ url: url.href, directory: '/', preset: 'mybb', prefix: 'mybb_', collections: [], mybb: { master: false, ...mybb }, now: () => NOW })
      stores.push(store)
      return store
    }
    const value = (query: string): string => server.run(query, name).replace(/\n$/, '')
    const list = 'select stylesheets from mybb_themes where tid = 2'
    const cache = "select cache from mybb_datacache where title = 'default_theme'"

    beforeAll(() => {
      server.run(`create database ${name}`)
      server.run(readFileSync(new URL(server.dump, DATA), 'utf8'), name)
    })
    afterAll(async () => {
      for (const store of stores) await store.close()
      server.run(`drop database ${name}`)
    })

    it('with its lists, its cache and the copy of its default theme, and back', async () => {
      const store = await open({ files })
      const before = contents(await readAll(store))
      const [stock, copy] = [value(list), value(cache)]
      const css = 'a { b: url(c.png); } /* ü */'
      expect(await importFiles(store, { 'styles/Default/global.css': css, 'styles/Default/color_sun.css': css, 'styles/Default/new.css': css })).toMatchObject({ committed: true })
      expect(contents(await readAll(store))).toEqual({ ...before, 'styles/Default/global.css': css, 'styles/Default/color_sun.css': css, 'styles/Default/new.css': css })
      expect(held.get('cache/themes/theme2/global.min.css')).toBe('a{b:url(../../../c.png)}')
      expect(value(list)).toContain('s:30:"cache/themes/theme2/global.css"')
      expect(value(cache)).toContain(value(list))
      expect(value("select cachefile, lastmodified from mybb_themestylesheets where name = 'new.css'").split(/[\t|]/)).toEqual(['new.css', '1800000000'])

      const change = await changeAt(store, 'styles/Default/new.css', undefined)
      await putBack(store, change)
      expect(await importFiles(store, { 'styles/Default/new.css': undefined, 'styles/Default/global.css': undefined })).toMatchObject({ committed: true })
      expect([value(list), value(cache)]).toEqual([stock, copy])
      expect([...held.keys()]).toEqual(['cache/themes/theme2/color_sun.css', 'cache/themes/theme2/color_sun.min.css'])
    })

    it('without its directory: it is served from the row', async () => {
      const store = await open()
      expect(await importFiles(store, { 'styles/Default/color_sea.css': 'x' })).toMatchObject({ committed: true })
      const sid = value("select sid from mybb_themestylesheets where name = 'color_sea.css'")
      expect(value("select cachefile from mybb_themestylesheets where name = 'color_sea.css'")).toBe(`css.php?stylesheet=${sid}`)
      expect(value(list)).toContain(`"css.php?stylesheet=${sid}"`)
    })
  })
})
