import { escaped } from '../../src/cli/bench/escaped.ts'

/** One bar: a middle value, and between what it lay. */
export interface Bar {
  readonly label: string
  readonly value: number
  readonly least: number
  readonly most: number
  /** As it is written beside the bar. */
  readonly text: string
  /** One of ours. */
  readonly ours: boolean
}

export interface Chart {
  readonly title: string
  /** What the bars mean, such as `µs a row, less is better`. */
  readonly caption: string
  readonly bars: readonly Bar[]
}

const WIDTH = 760
const MARGIN = 16
/** Where the first bar begins. */
const TOP = 60
const STEP = 26
const THICKNESS = 16
/** For the text beside the longest bar. */
const ROOM = 76
/** About the width of one letter. */
const LETTER = 6.9

const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .caption { fill: #57606a }
  .ground { fill: #ffffff }
  .ours { fill: #0969da }
  .peer { fill: #8c959f }
  .spread { stroke: #24292f; stroke-width: 1 }
  .axis { stroke: #d0d7de; stroke-width: 1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .caption { fill: #9198a1 }
    .ground { fill: #0d1117 }
    .ours { fill: #4493f8 }
    .peer { fill: #6e7681 }
    .spread { stroke: #e6edf3 }
    .axis { stroke: #3d444d }
  }
`

/**
 * Horizontal bars as an SVG of its own, with a line from the least to the most across the end of each. Its ground is its own, too: a page that is
 * light in a browser that likes it dark would make the text unreadable otherwise.
 */
export function chart({ title, caption, bars }: Chart): string {
  const left = MARGIN + Math.ceil(Math.max(0, ...bars.map(({ label }) => label.length)) * LETTER) + 8
  const right = WIDTH - MARGIN - ROOM
  const longest = Math.max(0, ...bars.map(({ most }) => most))
  const reach = (value: number): number => (longest > 0 ? Math.max(0, value / longest) * (right - left) : 0)
  const height = TOP + bars.length * STEP + MARGIN - (STEP - THICKNESS)
  const lines = bars.map((bar, index) => barOf(bar, left, TOP + index * STEP, reach))
  const about = `${title}: ${bars.map(({ label, text }) => `${label} ${text}`).join('; ')}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(about)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    `<text class="title" x="${MARGIN}" y="26">${escaped(title)}</text>`,
    `<text class="caption" x="${MARGIN}" y="45">${escaped(caption)}</text>`,
    `<line class="axis" x1="${left}" y1="${TOP - 4}" x2="${left}" y2="${height - MARGIN + 4}"/>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n')
}

function barOf({ label, value, least, most, text, ours }: Bar, left: number, y: number, reach: (value: number) => number): string {
  const middle = y + THICKNESS / 2
  const end = left + Math.max(reach(value), reach(most))
  const parts = [
    `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${ours ? 'ours' : 'peer'}" x="${left}" y="${y}" width="${short(reach(value))}" height="${THICKNESS}"/>`,
    most > least ? `<line class="spread" x1="${short(left + reach(least))}" y1="${middle}" x2="${short(left + reach(most))}" y2="${middle}"/>` : '',
    `<text x="${short(end + 6)}" y="${middle + 4}">${escaped(text)}</text>`,
  ]
  return parts.join('')
}

function short(value: number): string {
  return String(Number(value.toFixed(1)))
}
