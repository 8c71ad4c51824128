import { expect, it } from 'vitest'
import type { Group, Lookup, Measured, Target } from '../../bench/group.ts'
import { checkOf, checks, checkTable, lookupIn } from '../../bench/report/check.ts'
import { below, faster, slower } from '../../bench/report/target.ts'

const measured: Record<string, Measured> = {
  export: { title: 'Export', results: [{ name: 'rowtree', items: 10, processes: [{ new: [2, 4] }, { new: 3 }] }, { name: 'loop', items: 10, processes: [{ new: [6] }] }] },
  rescan: { title: 'Rescan', results: [{ name: 'look', items: 10, processes: [{ rescan: [0.5] }] }] },
}
const of: Lookup = lookupIn(measured, 'export')

it('looks the middle of all rounds of all processes up, in its own group or another one', () => {
  expect(of('rowtree', 'new')).toBe(3)
  expect(of('look', 'rescan', 'rescan')).toBe(0.5)
  expect([of('rsync -a', 'new'), of('rowtree', 'peak'), of('rowtree', 'new', 'watch')]).toEqual([Number.NaN, Number.NaN, Number.NaN])
})

const ratio = (look: Lookup): number => look('loop', 'new') / look('rowtree', 'new')

it.each<[name: string, target: Target, target_: string, shown: string, met: boolean]>([
  ['fast enough', faster('speed', 2, ratio), 'at least 2 ×', '2.00 ×', true],
  ['not fast enough', faster('speed', 2.1, ratio), 'at least 2.1 ×', '2.00 ×', false],
  ['short enough', slower('time', 2, ratio), 'at most 2 ×', '2.00 ×', true],
  ['too long', slower('time', 1.25, ratio), 'at most 1.25 ×', '2.00 ×', false],
  ['little enough', below('peak', 1_300, 'MB', () => 1_299.6), 'at most 1,300 MB', '1,300 MB', true],
  ['too much', below('peak', 300, 'MB', () => 300.1, 1), 'at most 300 MB', '300.1 MB', false],
  ['below what another figure gives', below('queue', (look) => 2 + look('look', 'rescan', 'rescan'), 's', () => 2.4, 2), 'at most 2.5 s', '2.40 s', true],
])('a target that is %s', (_, target, limit, shown, met) => {
  expect(checkOf(target, of)).toEqual({ figure: target.figure, target: limit, measured: shown, met })
})

it.each<[name: string, target: Target]>([
  ['figure', slower('speed', 2, (look) => look('rowtree', 'new') / look('rsync -a', 'new'))],
  ['limit', below('queue', (look) => look('nobody', 'rescan'), 's', () => 1)],
])('says nothing where the %s was not measured', (_, target) => {
  expect(checkOf(target, of)).toBeUndefined()
})

const group = (name: string, ...targets: Target[]): Group => ({ name, title: name, how: '', place: 'memory', processes: 1, contenders: () => [], columns: [], pictures: [], targets })

it('checks each group by its own figures, and marks what is missed', () => {
  const all = checks([group('export', faster('speed', 2, ratio), faster('more speed', 3, ratio)), group('rescan', below('a look', 1, 's', (look) => look('look', 'rescan'), 1)), group('watch', faster('absent', 1, ratio))], measured)
  expect(checkTable(all)).toBe(
    [
      '| figure | target | measured |  |',
      '| --- | --- | --- | --- |',
      '| speed | at least 2 × | 2.00 × | met |',
      '| more speed | at least 3 × | 2.00 × | **missed** |',
      '| a look | at most 1 s | 0.5 s | met |',
    ].join('\n'),
  )
})
