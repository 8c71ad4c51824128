import type { Lookup, Target } from '../group.ts'

/** So many times as fast as somebody else, at least. */
export function faster(figure: string, least: number, ratio: (of: Lookup) => number): Target {
  return { figure, limit: { least }, unit: '×', measured: ratio }
}

/** So many times as long as somebody else, at most. */
export function slower(figure: string, most: number, ratio: (of: Lookup) => number): Target {
  return { figure, limit: { most }, unit: '×', measured: ratio }
}

/** So much, at most. */
export function below(figure: string, most: number | ((of: Lookup) => number), unit: string, value: (of: Lookup) => number, digits = 0): Target {
  return { figure, limit: { most }, unit, digits, measured: value }
}
