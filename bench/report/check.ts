import { median, valuesOf } from '../figures.ts'
import type { Group, Lookup, Measured, Target } from '../group.ts'
import { written } from './form.ts'
import { table } from './table.ts'

/** A target and how it turned out. */
export interface Check {
  readonly figure: string
  readonly target: string
  readonly measured: string
  readonly met: boolean
}

/** Looks figures up in what was measured. */
export function lookupIn(measured: Readonly<Record<string, Measured>>, own: string): Lookup {
  return (contender, figure, group = own) => {
    const result = measured[group]?.results.find(({ name }) => name === contender)
    return result ? median(valuesOf(result, figure)) : Number.NaN
  }
}

/** How one target turned out; `undefined` where what it is about was not measured. */
export function checkOf({ figure, limit, unit, digits = 2, measured }: Target, of: Lookup): Check | undefined {
  const value = measured(of)
  const bound = 'least' in limit ? limit.least : typeof limit.most === 'number' ? limit.most : limit.most(of)
  if (Number.isNaN(value) || Number.isNaN(bound)) return undefined
  const isLeast = 'least' in limit
  return {
    figure,
    target: `at ${isLeast ? 'least' : 'most'} ${Number(bound.toFixed(2)).toLocaleString('en-US')} ${unit}`,
    measured: `${written(value, digits)} ${unit}`,
    met: isLeast ? value >= bound : value <= bound,
  }
}

/** All targets of which the figures are there, in the order of their groups. */
export function checks(groups: readonly Group[], measured: Readonly<Record<string, Measured>>): Check[] {
  return groups.flatMap(({ name, targets }) => targets.flatMap((target) => checkOf(target, lookupIn(measured, name)) ?? []))
}

export function checkTable(all: readonly Check[]): string {
  return table(['figure', 'target', 'measured', ''], all.map(({ figure, target, measured, met }) => [figure, target, measured, met ? 'met' : '**missed**']))
}
