import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { atKeyboard } from '../support/keyboard.ts'
import { site, type Site } from '../support/site.ts'
import { HAS_TERMINAL } from '../support/terminal.ts'
import { has, lacking, runTool } from '../support/tools.ts'
import { openVim } from '../support/vim.ts'
import { saved, watchSite } from '../support/watched-site.ts'

/** Vim's ways to save: in place, by way of a new file, or whichever it finds fit; with a backup that stays, goes, or is not made. */
const WAYS = ['yes', 'no', 'auto'].flatMap((copy) =>
  ['backup', 'nobackup'].flatMap((keep) => ['writebackup', 'nowritebackup'].map((make) => [`backupcopy=${copy}`, keep, make] as const)),
)

const CONTROL_O = '\x0f'
const CONTROL_X = '\x18'

const BODY = 'lorem ipsum dolor sit amet\n'.repeat(4_000)

/** Files without an extension: any dropping beside them could be a row. */
async function plainSite(slugs: readonly string[]): Promise<Site> {
  const pages = slugs.map((slug) => ({ site: 'north', slug, body: BODY }))
  const collections = { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}', content: 'body' } }
  return await site([...pages, { site: 'south', slug: 'other', body: 'other\n' }], { collections })
}

describe.skipIf(!HAS_TERMINAL || !has('vim'))(`vim${lacking('vim', 'script')}`, () => {
  it('saves in each of its ways', async () => {
    const slugs = WAYS.map((way) => way.join(','))
    const { root, row, arrival, trail, outcome } = await watchSite(await plainSite(slugs))
    await Promise.all(
      WAYS.map(async (way) => {
        const path = `north/${way.join(',')}`
        const vim = await openVim(root, path, way)
        await vim.save('ggOfirst')
        await arrival(path)
        expect(row(path)).toBe(`first\n${BODY}`)
        expect(existsSync(join(root, `north/.${way.join(',')}.swp`))).toBe(true)
        expect(existsSync(join(root, `${path}~`))).toBe(way.includes('backup'))
        await vim.saveAndQuit('Golast')
        await arrival(path)
        expect(row(path)).toBe(`first\n${BODY}last\n`)
      }),
    )
    expect(await outcome()).toEqual(saved(slugs.map((slug) => `north/${slug}`)))
    expect(trail()).toHaveLength(2 * WAYS.length)
  })

  it('saves one file after another, and one twice in a row', async () => {
    const slugs = ['a', 'b', 'c']
    const { root, arrival, trail, outcome } = await watchSite(await plainSite(slugs))
    const vim = await openVim(root, 'north/a')
    for (const slug of slugs) {
      await vim.edit(`north/${slug}`)
      await vim.save(`ggO${slug}`)
      await vim.save(`ggO${slug} again`)
    }
    await vim.edit('south/other')
    await vim.quit()
    for (const slug of slugs) await arrival(`north/${slug}`)
    expect(await outcome()).toEqual(saved(slugs.map((slug) => `north/${slug}`)))
    expect(trail().filter(({ body }) => !/^(\w) again\n\1\n/.test(body!) && !/^\w\nlorem/.test(body!))).toEqual([])
  })

  it('makes a new file in a new directory', async () => {
    const { root, trail, arrival, outcome } = await watchSite(await plainSite(['a']))
    mkdirSync(join(root, 'west'))
    const vim = await openVim(root, 'west/new')
    await vim.save('ifirst')
    await arrival('west/new')
    await vim.saveAndQuit('osecond')
    expect(await outcome()).toEqual(saved(['west/new']))
    expect(trail().map(({ what, body }) => [what, body])).toEqual([['insert', 'first\n'], ['update', 'first\nsecond\n']])
  })

  it('saves what it did not change, and nothing happens', async () => {
    const { root, outcome } = await watchSite(await plainSite(['a']))
    const vim = await openVim(root, 'north/a')
    await vim.save('')
    await vim.quit()
    expect(await outcome()).toEqual(saved([]))
  })
})

describe.skipIf(!HAS_TERMINAL || !has('nano'))(`nano${lacking('nano', 'script')}`, () => {
  it('saves plainly, with a backup, and with a lock', async () => {
    const ways = { plain: [], backup: ['--backup'], locking: ['--locking'] }
    const slugs = Object.keys(ways)
    const { root, row, arrival, outcome } = await watchSite(await plainSite(slugs))
    for (const [slug, flags] of Object.entries(ways)) {
      const path = `north/${slug}`
      const nano = atKeyboard(['nano', '--ignorercfiles', ...flags, path], root)
      const save = async (text: string): Promise<void> => {
        nano.type(`${text}\r${CONTROL_O}`)
        await nano.shows('File Name to Write')
        nano.type('\r')
        await nano.shows('Wrote')
      }
      await nano.shows('lorem')
      await save('first')
      await arrival(path)
      expect([existsSync(join(root, `${path}~`)), existsSync(join(root, `north/.${slug}.swp`))]).toEqual([slug === 'backup', slug === 'locking'])
      await save('second')
      nano.type(CONTROL_X)
      await nano.end()
    }
    expect(await outcome()).toEqual(saved(slugs.map((slug) => `north/${slug}`)))
    for (const slug of slugs) expect(row(`north/${slug}`)).toBe(`first\nsecond\n${BODY}`)
  })
})

describe('what editors leave behind', () => {
  it('becomes no row, no news and nothing untracked', async () => {
    const watched = await watchSite(await plainSite(['a']))
    const { root, outcome } = watched
    const left = ['a~', '.a.swp', '.a.swo', '4913', '#a#', 'a.bak', 'a.orig', 'a.rej', '.DS_Store', '.a.kate-swp', 'a___jb_tmp___', 'a___jb_old___', '.goutputstream-X1Y2Z3']
    for (const name of left) writeFileSync(join(root, 'north', name), 'left behind')
    symlinkSync('somebody@somewhere.1234:5678', join(root, 'north/.#a'))
    await runTool(root, 'sed', ['-i.bak', 's/lorem/LOREM/', 'north/a'])
    await watched.arrival('north/a')
    expect(await outcome()).toEqual(saved(['north/a']))
    expect(readdirSync(join(root, 'north')).toSorted()).toEqual(['a', '.#a', ...left].toSorted())
  })

  it.skipIf(!HAS_TERMINAL || !has('vim'))('is no news when it goes away, either', async () => {
    const { root, session, outcome } = await watchSite(await plainSite(['a']))
    const vim = await openVim(root, 'north/a')
    await eventually('vim has a swap file', () => existsSync(join(root, 'north/.a.swp')))
    await session.flush()
    await vim.quit()
    expect(existsSync(join(root, 'north/.a.swp'))).toBe(false)
    expect(await outcome()).toEqual(saved([]))
  })
})
