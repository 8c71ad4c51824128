/** Charts as SVG, for a page whose stylesheet gives the classes their colours. */
import { escaped } from './escaped.ts'

/** One bar. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** What is written beside the bar. */
  readonly text: string
  /** The least and the most of what `value` is the median of. */
  readonly spread?: readonly [least: number, most: number] | undefined
  /** Set off from the others: what they are compared with. */
  readonly muted?: boolean | undefined
}

const WIDTH = 720
const [LABEL, TEXT, ROW, BAR] = [250, 110, 30, 16]

/**
 * Horizontal bars, one below the other.
 *
 * @param title what a person hears who does not see it
 * @param mark a value at which a line stands, such as 1 for "as fast as"
 */
export function barChart(title: string, bars: readonly Bar[], mark?: number): string {
  const most = Math.max(mark ?? 0, ...bars.flatMap(({ value, spread }) => [value, spread?.[1] ?? 0]).filter(Number.isFinite)) || 1
  const across = (value: number): number => LABEL + round((Math.max(0, value) / most) * (WIDTH - LABEL - TEXT))
  const height = bars.length * ROW + 8
  const parts = bars.map(({ label, value, text, spread, muted }, index) => {
    const [top, middle] = [index * ROW + 7, index * ROW + 15]
    const end = across(Number.isFinite(value) ? value : 0)
    const whisker = spread ? `<path class="whisker" d="M${across(spread[0])} ${middle}H${across(spread[1])}"/>` : ''
    return [
      `<text class="label" x="${LABEL - 10}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${muted ? 'bar muted' : 'bar'}" x="${LABEL}" y="${top}" width="${round(Math.max(1, end - LABEL))}" height="${BAR}" rx="2"/>${whisker}`,
      `<text class="value" x="${Math.max(end, across(spread?.[1] ?? 0)) + 8}" y="${middle + 4}">${escaped(text)}</text>`,
    ].join('')
  })
  const line = mark === undefined ? '' : `<path class="mark" d="M${across(mark)} 0V${height}"/>`
  return svg(title, height, line + parts.join('\n'))
}

/** One line of values in their order, with lines across at some of them. */
export interface Level {
  readonly value: number
  readonly text: string
}

const [HEIGHT, MARGIN] = [200, 16]

/**
 * Values as dots, the smallest at the left, above a zero line.
 *
 * @param values at least one
 */
export function dotChart(title: string, values: readonly number[], levels: readonly Level[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const most = Math.max(...sorted, ...levels.map(({ value }) => value)) * 1.05 || 1
  const [left, right] = [8, WIDTH - TEXT]
  const up = (value: number): number => round(HEIGHT - MARGIN - (value / most) * (HEIGHT - 2 * MARGIN))
  const dots = sorted.map((value, index) => `<circle class="dot" cx="${round(left + ((index + 0.5) / sorted.length) * (right - left))}" cy="${up(value)}" r="2.5"/>`)
  // Lines that lie close together would cover one another's words.
  let last = Number.POSITIVE_INFINITY
  const lines = levels.toSorted((a, b) => a.value - b.value).map(({ value, text }) => {
    last = Math.min(up(value), last - 15)
    return `<path class="mark" d="M${left} ${up(value)}H${right}"/><text class="value" x="${right + 8}" y="${round(last + 4)}">${escaped(text)}</text>`
  })
  return svg(title, HEIGHT, [`<path class="axis" d="M${left} ${up(0)}H${right}"/>`, ...lines, ...dots].join('\n'))
}

function svg(title: string, height: number, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">\n${content}\n</svg>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
