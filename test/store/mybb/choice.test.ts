import { describe, expect, it } from 'vitest'
import { contents, readAll } from '../fixtures.ts'
import { BOARD, done, importFiles, makeBoard, type TestBoard } from '../mybb-board.ts'

const directories = async ({ store }: TestBoard): Promise<string[]> =>
  [...new Set(Object.keys(contents(await readAll(store))).map((path) => path.split('/').slice(0, 2).join('/')))].toSorted()

describe('what takes part of a board', () => {
  const [one, two, dark, standard] = ['template_sets/One', 'template_sets/Two', 'styles/Dark', 'styles/Default']

  it.each([
    ['all sets and themes', {}, [dark, standard, one, two]],
    ['a set', { sets: ['Two'] }, [dark, standard, two]],
    ['a theme', { themes: ['Dark'] }, [dark, one, two]],
    ['a set and a theme', { sets: ['One'], themes: ['Default'] }, [standard, one]],
    ['what all sets share', { global: true, sets: ['One'], themes: ['Dark'] }, [dark, 'template_sets/Global Templates', one]],
    ['what MyBB ships', { master: true, sets: ['One'] }, [dark, standard, 'styles/Master', 'template_sets/Master Templates', one]],
  ])('is %s', async (_, choice, expected) => {
    expect(await directories(await makeBoard(BOARD, choice))).toEqual(expected)
  })

  it.each([
    ['sets', { sets: ['One', 'Twoo'] }, 'mybb.sets names "Twoo", which it does not have. Did you mean "Two"?'],
    ['themes', { themes: ['Nothing like it'] }, 'mybb.themes names "Nothing like it", which it does not have. It has "Default", "Dark"'],
    ['themes', { themes: ['Master'] }, 'mybb.themes names "Master", which it does not have. It has "Default", "Dark"'],
  ])('is not what it has not: %s', async (_, choice, state) => {
    const { store } = await makeBoard(BOARD, choice)
    await expect(readAll(store)).rejects.toMatchObject({ code: 'config-invalid', message: `Cannot read the board: ${state}` })
    await expect(store.find(['styles/Dark/c.css', 'template_sets/One/Ungrouped Templates/a.html'])).rejects.toMatchObject({ code: 'config-invalid' })
  })
})

describe('templates that all sets share', () => {
  const path = 'template_sets/Global Templates/Ungrouped Templates'

  it('are changed in place, for each set that has none of its own', async () => {
    const board = await makeBoard(BOARD, { global: true })
    expect(contents(await readAll(board.store))[`${path}/b.html`]).toBe('global b')
    expect(await importFiles(board.store, { [`${path}/b.html`]: 'new b', [`${path}/more.html`]: 'more' })).toEqual(done('new b', 'more'))
    expect(board.records("select tid, template, sid from mybb_templates where title in ('b', 'more') order by tid")).toEqual([
      { tid: 2, template: 'master b', sid: -2 }, { tid: 3, template: 'new b', sid: -1 }, { tid: 8, template: 'more', sid: -1 },
    ])
    expect(contents(await readAll(board.store))).toMatchObject({ 'template_sets/Two/Ungrouped Templates/b.html': 'new b', 'template_sets/One/Ungrouped Templates/more.html': 'more' })
  })

  it('are deleted', async () => {
    const board = await makeBoard(BOARD, { global: true })
    expect(await importFiles(board.store, { [`${path}/b.html`]: undefined })).toEqual(done(undefined))
    expect(contents(await readAll(board.store))).toMatchObject({ 'template_sets/Two/Ungrouped Templates/b.html': 'master b' })
  })

  it('collide with a set of their name', async () => {
    const { store } = await makeBoard(`${BOARD}; insert into mybb_templatesets values (9, 'Global Templates')`, { global: true })
    const { rows } = await readAll(store)
    expect(rows.filter((row) => row.path === `${path}/b.html`).map(({ key }) => key[0])).toEqual(['Global Templates', 'Global Templates (sid -1)'])
  })
})

it('the templates that MyBB ships are changed in place', async () => {
  const board = await makeBoard(BOARD, { master: true })
  expect(await importFiles(board.store, { 'template_sets/Master Templates/Ungrouped Templates/a.html': 'new a' })).toEqual(done('new a'))
  expect(board.records("select template from mybb_templates where title = 'a' and sid = -2")).toEqual([{ template: 'new a' }])
})
