import { describe, expect, test } from 'vitest'
import { changeAt } from './fixtures.ts'
import { BOARD, everything, makeBoard, ONE, SETS, type TestBoard } from './mybb-board.ts'
import { putBack, remove } from './put-back.ts'

const WRITTEN = { committed: true, outcomes: [{ kind: 'done', written: true }] }

/** Without where stylesheets are served from: what is written is served from its row. */
function served(board: TestBoard, all: unknown): unknown {
  expect(board.records("select sid from mybb_themestylesheets where cachefile not in (name, 'css.php?stylesheet=' || sid)")).toEqual([])
  return JSON.parse(JSON.stringify(all, (key, value: unknown) => (['cachefile', 'properties', 'stylesheets'].includes(key) ? undefined : value)))
}

describe('what is deleted comes back as it was', () => {
  test.each([
    ['a stylesheet that says what it hides', 'styles/Default/b.css', "update mybb_themestylesheets set stylesheet = 'master b' where sid = 3"],
    ['a text that is none', `${ONE}/c.html`, "update mybb_templates set template = cast(x'61ff' as text) where tid = 5"],
  ])('%s', async (_, path, script) => {
    const board = await makeBoard(`${BOARD} ; ${script}`)
    const before = everything(board)
    expect(await putBack(board.store, await changeAt(board.store, path, undefined))).toMatchObject(WRITTEN)
    expect(served(board, everything(board))).toEqual(served(board, before))
  })

  test('a NULL', async () => {
    const board = await makeBoard(BOARD)
    board.database.exec(`create table other (tid integer primary key, title text, template text, sid int, version, status, dateline);
      insert into other select * from mybb_templates; drop table mybb_templates; alter table other rename to mybb_templates;
      update mybb_templates set template = null where tid = 5`)
    const before = everything(board)
    expect(await putBack(board.store, await changeAt(board.store, `${ONE}/c.html`, undefined))).toMatchObject(WRITTEN)
    expect(everything(board)).toEqual(before)
  })
})

test('a template comes back to the set that has the name now', async () => {
  const board = await makeBoard(SETS)
  const back = await remove(board.store, await changeAt(board.store, `${ONE}/own.html`, undefined))
  board.database.exec("delete from mybb_templatesets where sid = 1; insert into mybb_templatesets values (5, 'One')")
  expect(await board.store.apply([back], () => {})).toMatchObject(WRITTEN)
  expect(board.records('select * from mybb_templates where tid = 7')).toEqual([
    { tid: 7, title: 'own', template: 'own', sid: 5, version: '1805', status: 'old', dateline: 7 },
  ])
})

test('a template of which the set has one again is left alone', async () => {
  const board = await makeBoard(SETS)
  const back = await remove(board.store, await changeAt(board.store, `${ONE}/c.html`, undefined))
  board.database.exec("insert into mybb_templates (title, template, sid) values ('c', 'own c', 1)")
  const before = everything(board)
  expect(await board.store.apply([back], () => {})).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: false }] })
  expect(everything(board)).toEqual(before)
})

test('a template whose inherited one says the same now is left alone', async () => {
  const board = await makeBoard(SETS)
  const back = await remove(board.store, await changeAt(board.store, `${ONE}/c.html`, undefined))
  board.database.prepare('update mybb_templates set template = ? where tid = 4').run('own c')
  const before = everything(board)
  expect(await board.store.apply([back], () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }] })
  expect(everything(board)).toEqual(before)
})
