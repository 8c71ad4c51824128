import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findUnsafe } from '../../src/core/unsafe-template.ts'

const BOARD = new URL('../../../shared/data/mybb-1.8.37/board.sqlite', import.meta.url)

describe('safe is', () => {
  it.each([
    [''],
    ['<p>text</p>'],
    ['{$variable}'],
    ['{$a}{$b}'],
    ['$variable'],
    ['{ $variable }'],
    ['costs $5 {really}'],
    ['{$post[\'subject\']}'],
    ['{$post["subject"]}'],
    ['{$post[subject]}'],
    ['{$a[0]}'],
    ['{$a[ b ]}'],
    ['{$a[\'two words\']}'],
    ['{$a[$b]}'],
    ['{$a[\'b\'][\'c\']}'],
    ['{$mybb->settings[\'bburl\']}'],
    ['{$mybb->user[\'uid\']}'],
    ['{$a->b->c}'],
    ['{$a::$b}'],
    ['{$a::B}'],
    ['{$a->$b}'],
    ['{$$a}'],
    ['{$a[\'b\'] }'],
    ['{$a'],
    ['{$config[\'admin_dir\']}'],
    ['$config["bburl"]'],
    ['function() { $("#x").hide(); }'],
    ['var a = {b: $c};'],
    ['{\n$a}'],
    ['`ls`'],
    ['<?php system(1) ?>'],
    ['Preis: 5 €, {$währung'],
    ['$\u00a0{a}'],
    ['{$}'],
  ])('%j', (template) => {
    expect(findUnsafe(template)).toBeUndefined()
  })
})

const SETTING = "shows a setting of the board's database"
const RUN = 'has a "${", which PHP runs'
const MORE = 'has a "{$…}" that is more than a variable with properties and entries'

describe('unsafe is', () => {
  it.each([
    ['$config["database"]["password"]', 1, SETTING],
    ["{$config['database']['password']}", 1, SETTING],
    ["$config['database']['hostname']", 1, SETTING],
    ["$config['database']['username']", 1, SETTING],
    ["$config['database']['table_prefix']", 1, SETTING],
    ["$CONFIG['DATABASE']['Database']", 1, SETTING],
    ['$config[database][password]', 1, SETTING],
    ['$config[$a][$b]', 1, SETTING],
    ["$config['database'][$b]", 1, SETTING],
    ["$config[$a]['password']", 1, SETTING],
    ['a\nb {$config[database][password]}', 2, SETTING],
    ['${system(1)}', 1, RUN],
    ['{${system(1)}}', 1, RUN],
    ['$ {a}', 1, RUN],
    ['$\n\t{a}', 1, RUN],
    ['\n\n${a}', 3, RUN],
    ['${a', 1, RUN],
    ['{$a()}', 1, MORE],
    ['{$a->b()}', 1, MORE],
    ['{$a->b(\'c\')}', 1, MORE],
    ['{$a::b()}', 1, MORE],
    ['{$a[b()]}', 1, MORE],
    ['{$a[`ls`]}', 1, MORE],
    ['{$a["b\'c"]}', 1, MORE],
    ['{$a[\'b-c\']}', 1, MORE],
    ['{$a[b][c()]}', 1, MORE],
    ['{$a[$b[c]]}', 1, MORE],
    ['{$a->b[c()]->d}', 1, MORE],
    ['{$a + 1}', 1, MORE],
    ['{$a }', 1, MORE],
    ['{$ a}', 1, MORE],
    ['{$1}', 1, MORE],
    ['{$a[\'b"]}', 1, MORE],
    ['{$a?->b}', 1, MORE],
    ['{$ä}', 1, MORE],
    ['{$a[\u00a0b]}', 1, MORE],
    ['{$a}\n{$b()}', 2, MORE],
    ['{$a\n\n}', 1, MORE],
    ['{{$a}$b()}', 1, MORE],
  ])('%j', (template, line, state) => {
    expect(findUnsafe(template)).toEqual({ line, state })
  })
})

it('any text is looked at in no time', () => {
  assert(property(string(), (text) => {
    const found = findUnsafe(`{$${text}`.repeat(50))
    expect(found === undefined || found.line > 0).toBe(true)
  }))
  const started = performance.now()
  expect(findUnsafe(`${'{$a[b]'.repeat(20_000)}$config[${'x'.repeat(20_000)}`)).toBeUndefined()
  expect(performance.now() - started).toBeLessThan(1_000)
})

it.skipIf(!existsSync(BOARD))('no template is that MyBB ships', () => {
  const db = new DatabaseSync(BOARD.pathname, { readOnly: true })
  const templates = db.prepare('select title, template from mybb_templates').all() as unknown as { title: string; template: string }[]
  db.close()
  expect(templates.length).toBeGreaterThan(900)
  expect(templates.filter(({ template }) => findUnsafe(template) !== undefined).map(({ title }) => title)).toEqual([])
})

it.each(['$config[x', '{$a[ ', '[b] ', '$ ', '->b', ' ', '[$'])('looks at a long text only once, whatever it repeats: %j', (piece) => {
  // Some of these took minutes when the time grew with the square.
  expect(findUnsafe(`{$a[${piece.repeat(2_000_000 / piece.length)}`)).toBeUndefined()
})

it('finds what shows a setting of the database wherever the one before it ends', () => {
  expect(findUnsafe('$config[\n$config[\n$config["database"][  ]')?.line).toBe(2)
  expect(findUnsafe('$config[][x$config[\n][x][$config[x')?.line).toBe(1)
})
