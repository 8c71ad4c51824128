import { median, type Result, valuesOf } from '../figures.ts'
import type { Picture } from '../group.ts'
import { type Bar, chart } from './chart.ts'
import { inUnit, written } from './form.ts'

/** A picture of the contenders that have its figure; `undefined` where nobody has it. */
export function pictureOf({ title, figure, form }: Picture, results: readonly Result[]): string | undefined {
  const bars = results.flatMap((result): Bar[] => {
    const values = valuesOf(result, figure).map((value) => inUnit(value, result.items, form))
    if (values.length === 0) return []
    const value = median(values)
    const text = `${written(value, form.digits)} ${form.unit}`
    return [{ label: result.name, value, least: Math.min(...values), most: Math.max(...values), text, ours: isOurs(result.name) }]
  })
  return bars.length === 0 ? undefined : chart({ title, caption: `${form.unit}${form.each ? ' each' : ''}, less is better; the line goes from the least to the most`, bars })
}

function isOurs(name: string): boolean {
  return /^(rowtree|writeFileAtomic)\b/.test(name)
}
