import { expect, it } from 'vitest'
import type { Group } from '../../bench/group.ts'
import type { Document } from '../../bench/report/document.ts'
import { MICROS_EACH } from '../../bench/report/form.ts'
import { BEGIN, END, measuredPage, section, withMeasured } from '../../bench/report/page.ts'

const group: Group = {
  name: 'export', title: 'now', how: 'By hand.', place: 'memory', processes: 1, contenders: () => [],
  columns: [{ title: 'a row', figure: 'new', form: MICROS_EACH }],
  pictures: [{ name: 'export', title: 'Bars', figure: 'new', form: MICROS_EACH }, { name: 'absent', title: 'None', figure: 'replace', form: MICROS_EACH }],
  targets: [],
}
const measured = { title: 'As it was', results: [{ name: 'rowtree', items: 10, processes: [{ new: 1 }] }] }
const check = { figure: 'speed', target: 'at least 2 ×', measured: '1.00 ×', met: false }
const document: Document = {
  date: '2026-11-22T10:00:00.000Z',
  options: { quick: true },
  machine: { processor: 'Some CPU', cores: 2, memory: 24, system: 'Linux 6', versions: ['Node 26.1.0', 'rsync 3.5.0'], disk: 'Flushed files lie on a disk', missing: ['unison'] },
  groups: { export: measured },
  checks: [check, { ...check, figure: 'more speed', met: true }],
}

it('a section has its picture, its table, and how it was measured', () => {
  expect(section(group, measured, true)).toBe('### As it was\n\n![Bars](charts/export.svg)\n\n| contender | a row, µs |\n| --- | --- |\n| rowtree | 100,000.0 |\n\nBy hand.')
  expect(section(group, measured, false)).not.toContain('charts/')
})

it('the measured part says where and when, what is missing, which targets are missed, and each group that was measured', () => {
  const page = measuredPage(document, [group, { ...group, name: 'rows' }])
  expect(page).toContain('Some CPU, 2 cores, 24 GB, Linux 6. Node 26.1.0, rsync 3.5.0. Flushed files lie on a disk. Measured on 2026-11-22 with `--quick`.')
  expect(page).toContain('Not on this machine, and so not measured: unison.')
  expect(page).toContain('1 of 2 targets are met, 1 missed.')
  expect(page).toContain('| speed | at least 2 × | 1.00 × | **missed** |')
  expect(page.match(/^### /gm)).toHaveLength(1)
})

it('replaces what is between the marks, and nothing else', () => {
  const page = `before\n\n${BEGIN}\n\nold\n\n${END}\n\nafter\n`
  const next = withMeasured(page, 'new $& text')
  expect(next).toBe(`before\n\n${BEGIN}\n\nnew $& text\n\n${END}\n\nafter\n`)
  expect(withMeasured(next, 'old')).toBe(page)
})

it.each([
  ['no mark', 'text', BEGIN],
  ['no end', `${BEGIN} text`, END],
  ['its marks the wrong way round', `${END} ${BEGIN}`, END],
])('refuses a page with %s', (_, page, mark) => {
  expect(() => withMeasured(page, 'new')).toThrow(`Cannot write the measured part: the page has no ${mark}`)
})
