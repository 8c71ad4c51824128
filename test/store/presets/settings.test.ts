import { existsSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ConfigInput } from '../../../src/index.ts'
import { describeEach } from '../../support/servers.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { workshop, type Workshop } from './engines.ts'
import { SETTINGS_TABLES } from './tables.ts'

const MYBB: ConfigInput['settings'] = {
  table: 'mybb_settings', name: 'name', value: 'value', id: 'sid', path: 'settings/{group}.yaml',
  group: { column: 'gid', table: 'mybb_settinggroups', id: 'gid', name: 'name' },
  kinds: { maxposts: 'integer', boardclosed: 'boolean' }, added: { description: '' },
}

describeEach('settings', (trial) => {
  const held = (): Promise<unknown> => trial.query('select name, value from options order by name')
  const board = (): Promise<unknown> => trial.query('select sid, name, title, description, value, disporder, gid from mybb_settings order by name')

  async function shop(settings: ConfigInput['settings'], script: string): Promise<Workshop> {
    await trial.fresh(`${SETTINGS_TABLES} ${script}`)
    const made = await workshop({ url: trial.url, preset: 'settings' }, { settings })
    expect(await made.engine.export()).toMatchObject({ problems: [] })
    return made
  }

  const forum = (): Promise<Workshop> => shop(MYBB, `
    insert into mybb_settinggroups (gid, name) values (1, 'general'), (2, 'posts'), (3, 'empty');
    insert into mybb_settings (sid, name, title, description, value, disporder, gid) values (101, 'boardclosed', 'Closed?', 'words', '0', 4, 1),
      (102, 'bbname', 'Name', 'more words', 'My board', 1, 1), (103, 'maxposts', 'Most', 'd', '25', 2, 2), (104, 'intro', 'Intro', 'd', '007', 2, 2);`)

  test('a group is a file, its settings by name', async () => {
    const { files } = await forum()
    expect(files()).toEqual({
      'settings/general.yaml': 'bbname: My board\nboardclosed: false\n',
      'settings/posts.yaml': 'intro: "007"\nmaxposts: 25\n',
    })
  })

  test('without groups all are one file', async () => {
    const { files, engine, setFile } = await shop({ table: 'options', name: 'name', value: 'value' }, "insert into options (site, name, value) values ('', 'b', 'x'), ('', 'a', null);")
    expect(files()).toEqual({ 'settings.yaml': 'a: null\nb: x\n' })
    setFile('settings.yaml', 'b: y\na: z\n')
    expect(await engine.import()).toMatchObject({ imported: 1, problems: [] })
    expect(await held()).toEqual([['a', 'z'], ['b', 'y']])
  })

  test('values that change are updated, new names inserted, removed ones deleted; an undo brings all columns back', async () => {
    const { engine, setFile, file } = await forum()
    const before = await board()
    setFile('settings/general.yaml', '# the board\nbbname: Ours\nnew: "1"\n')
    expect(await engine.import()).toMatchObject({ imported: 1, problems: [] })
    expect(await trial.query('select name, title, description, value, gid from mybb_settings order by name')).toEqual([
      ['bbname', 'Name', 'more words', 'Ours', '1'], ['intro', 'Intro', 'd', '007', '2'], ['maxposts', 'Most', 'd', '25', '2'], ['new', '', '', '1', '1'],
    ])
    await trial.execute("update mybb_settings set value = 'Theirs' where name = 'bbname'")
    expect(await engine.export()).toMatchObject({ exported: 1, problems: [] })
    expect(file('settings/general.yaml')).toBe('# the board\nbbname: Theirs\nnew: "1"\n')
    await trial.execute("update mybb_settings set value = 'Ours' where name = 'bbname'")
    const [, operation] = await engine.operations(5)
    expect(await engine.undo({ operation: operation!.id })).toMatchObject({ rows: ['settings/general.yaml'], problems: [] })
    expect(await board()).toEqual(before)
  })

  test('a group that is deleted comes back with all columns', async () => {
    const { engine, setFile } = await forum()
    const before = await board()
    setFile('settings/posts.yaml', undefined)
    expect(await engine.import({ delete: true })).toMatchObject({ deleted: 1, problems: [] })
    expect(await trial.query('select count(*) from mybb_settings')).toEqual([['2']])
    expect(await engine.undo()).toMatchObject({ rows: ['settings/posts.yaml'], problems: [] })
    expect(await board()).toEqual(before)
  })

  test('a new file is a new group where there is one', async () => {
    const { engine, setFile } = await forum()
    setFile('settings/empty.yaml', 'first: a\n')
    setFile('settings/unknown.yaml', 'first: a\n')
    const { imported, problems } = await engine.import()
    expect(imported).toBe(1)
    expect(problems).toEqual([{
      path: 'settings/unknown.yaml', code: 'row-refused',
      message: 'Cannot write settings(group="unknown", name="first"): the table "mybb_settinggroups" has no group "unknown". Add it there first',
    }])
    expect(await trial.query("select gid from mybb_settings where name = 'first'")).toEqual([['3']])
  })

  test.each([
    ['names nothing', '{}\n', 'row-refused', 'Cannot write settings(group="posts"): its file names nothing any more. Delete the file if all that it named is to go'],
    ['says a name twice', 'a: x\na: y\n', 'invalid-yaml', 'Cannot read settings/posts.yaml:2:1: the field "a" occurs twice; remove one'],
    ['holds a list', 'a: [1]\n', 'invalid-yaml', 'Cannot read settings/posts.yaml:1:4: the field "a" holds a list or a map; a field holds one value'],
  ])('a file that %s changes nothing', async (_, text, code, message) => {
    const { engine, setFile } = await forum()
    const before = await board()
    setFile('settings/posts.yaml', text)
    expect(await engine.import()).toMatchObject({ imported: 0, problems: [{ path: 'settings/posts.yaml', code, message }] })
    expect(await board()).toEqual(before)
  })

  test('a setting that somebody else changed meanwhile is a conflict', async () => {
    const { engine, setFile } = await forum()
    await trial.execute("update mybb_settings set value = '30' where name = 'maxposts'")
    setFile('settings/posts.yaml', 'intro: "008"\nmaxposts: 25\n')
    expect(await engine.import()).toMatchObject({ imported: 0, conflicts: [{ path: 'settings/posts.yaml' }] })
    expect(await trial.query("select value from mybb_settings where name = 'intro'")).toEqual([['007']])
  })
})

const BOARD = '../shared/data/mybb-1.8.37/board.sqlite'

test.skipIf(!existsSync(BOARD))("MyBB's own settings", async () => {
  const copy = join(temporaryDirectory(), 'board.sqlite')
  copyFileSync(BOARD, copy)
  const { engine, files, setFile } = await workshop({ url: `sqlite:${copy}`, preset: 'settings' }, { settings: { ...MYBB, added: { description: '', optionscode: 'text' } } })
  expect(await engine.export()).toMatchObject({ exported: 30, problems: [] })
  expect(Object.keys(files())).toContain('settings/onlineoffline.yaml')
  const text = files()['settings/onlineoffline.yaml']!
  expect(text).toMatch(/^boardclosed: (true|false)$/m)
  setFile('settings/onlineoffline.yaml', text.replace(/^boardclosed: .*$/m, 'boardclosed: true'))
  expect(await engine.import()).toMatchObject({ imported: 1, problems: [] })
  expect(await engine.export()).toMatchObject({ exported: 0, problems: [] })
})

describeEach('settings on MyISAM', (trial) => {
  test('in groups of another table are written, deleted, undone', async () => {
    await trial.fresh(`${SETTINGS_TABLES} alter table mybb_settings engine = MyISAM; alter table mybb_settinggroups engine = MyISAM;
      insert into mybb_settinggroups (gid, name) values (1, 'general'), (2, 'posts');
      insert into mybb_settings (sid, name, title, description, value, disporder, gid) values (101, 'boardclosed', 'Closed?', 'words', '0', 4, 1), (103, 'maxposts', 'Most', 'd', '25', 2, 2);`)
    const { engine, setFile } = await workshop({ url: trial.url, preset: 'settings' }, { settings: MYBB })
    const held = (): Promise<unknown> => trial.query('select name, value, gid from mybb_settings order by name')
    await engine.export()
    const before = await held()
    setFile('settings/general.yaml', 'new: "1"\n')
    setFile('settings/posts.yaml', 'maxposts: 30\n')
    expect(await engine.import()).toMatchObject({ imported: 2, problems: [] })
    expect(await held()).toEqual([['maxposts', '30', '2'], ['new', '1', '1']])
    expect(await engine.undo()).toMatchObject({ problems: [], conflicts: [] })
    expect(await held()).toEqual(before)
  })
}, ['mysql'])
