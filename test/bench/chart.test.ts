import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bar, chart } from '../../bench/report/chart.ts'
import { MICROS_EACH } from '../../bench/report/form.ts'
import { pictureOf } from '../../bench/report/picture.ts'

const bar = (label: string, value: number, ours = false): Bar => ({ label, value, least: value / 2, most: value * 2, text: `${value} µs`, ours })

/** The numbers of an attribute, in the order of the elements. */
function numbers(svg: string, element: string, attribute: string): number[] {
  return [...svg.matchAll(new RegExp(`<${element} [^>]*?\\b${attribute}="([^"]*)"`, 'g'))].map((match) => Number(match[1]))
}

describe('a chart', () => {
  const svg = chart({ title: 'Export', caption: 'µs each', bars: [bar('rowtree', 20, true), bar('loop', 10), bar('unison', 40)] })

  it('has bars as long as their values', () => {
    const [, ours, loop, unison] = numbers(svg, 'rect', 'width') as [number, number, number, number]
    expect(ours / loop).toBeCloseTo(2, 1)
    expect(unison / loop).toBeCloseTo(4, 1)
  })

  it('has a line from the least to the most of each', () => {
    const spreads = svg.match(/<line class="spread"[^>]*>/g)!
    const ends = spreads.map((line) => [numbers(line, 'line', 'x1')[0]!, numbers(line, 'line', 'x2')[0]!] as const)
    const left = numbers(svg, 'rect', 'x')[0]!
    const widths = numbers(svg, 'rect', 'width').slice(1)
    expect(ends).toHaveLength(3)
    for (const [index, [from, to]] of ends.entries()) {
      expect((from - left) / widths[index]!).toBeCloseTo(0.5, 1)
      expect((to - left) / widths[index]!).toBeCloseTo(2, 1)
    }
  })

  it('has no such line where there is but one value', () => {
    expect(chart({ title: '', caption: '', bars: [{ ...bar('loop', 10), least: 10, most: 10 }] })).not.toContain('class="spread"')
  })

  it('tells ours from peers', () => {
    expect(svg.match(/class="ours"/g)).toHaveLength(1)
    expect(svg.match(/class="peer"/g)).toHaveLength(2)
  })

  it('can be read on a light and on a dark ground, which it brings along, and needs nothing from elsewhere', () => {
    const [light, dark] = svg.split('@media (prefers-color-scheme: dark)')
    for (const name of ['text', '.ground', '.ours', '.peer', '.caption', '.spread']) {
      expect(light).toContain(`  ${name} {`)
      expect(dark).toContain(`  ${name} {`)
    }
    expect(svg).toMatch(/<rect class="ground" width="760" height="\d+"/)
    expect(svg).not.toMatch(/href|url\(|@import|<script/)
  })

  it('escapes what people wrote', () => {
    const text = chart({ title: '<a & "b">', caption: '<', bars: [bar("<script>'", 1)] })
    expect(text).toContain('&lt;a &amp; &quot;b&quot;&gt;')
    expect(text).toContain('&lt;script&gt;&#39;')
    expect(text.replaceAll(/<\/?(svg|style|rect|text|line)\b[^<>]*>/g, '')).not.toMatch(/[<>]/)
  })

  it('keeps everything inside, whatever the values are', () => {
    const value = fc.double({ min: 0, max: 1e9, noNaN: true })
    const bars = fc.array(fc.tuple(fc.string({ maxLength: 40 }), fc.array(value, { minLength: 3, maxLength: 3 })).map(([label, values]): Bar => {
      const [least, middle, most] = values.toSorted((a, b) => a - b) as [number, number, number]
      return { label, value: middle, least, most, text: '1', ours: false }
    }), { maxLength: 20 })
    fc.assert(fc.property(bars, (all) => {
      const made = chart({ title: 'Any', caption: '', bars: all })
      const height = numbers(made, 'svg', 'height')[0]!
      const [xs, ys] = [[...numbers(made, 'text', 'x'), ...numbers(made, 'line', 'x2')], [...numbers(made, 'text', 'y'), ...numbers(made, 'rect', 'y'), ...numbers(made, 'line', 'y2')]]
      expect([...xs, ...numbers(made, 'rect', 'width')].every((x) => x >= 0 && x <= 760)).toBe(true)
      expect(ys.every((y) => y >= 0 && y <= height)).toBe(true)
    }))
  })
})

it('a picture shows who has its figure, in the unit of its form', () => {
  const svg = pictureOf({ name: 'export', title: 'Export', figure: 'new', form: MICROS_EACH }, [
    { name: 'rowtree --workers 0', items: 1_000, processes: [{ new: [0.02, 0.03] }, { new: 0.01 }] },
    { name: 'rowtrees of others', items: 1_000, processes: [{ new: [0.04] }] },
    { name: 'silent', items: 1_000, processes: [{ peak: 100 }] },
  ])!
  expect(svg).toContain('aria-label="Export: rowtree --workers 0 20.0 µs; rowtrees of others 40.0 µs"')
  expect(svg.match(/class="ours"/g)).toHaveLength(1)
})

it('there is no picture of a figure that nobody has', () => {
  expect(pictureOf({ name: 'export', title: 'Export', figure: 'new', form: MICROS_EACH }, [])).toBeUndefined()
})
