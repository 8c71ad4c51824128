import type { BenchReport, Verdict } from '../../bench.ts'
import { number, sizeOf } from '../words.ts'
import { barChart, dotChart } from './chart.ts'
import { escaped } from './escaped.ts'
import { courseWords, effortWords, flowOf, flushWords, machineWords, memoryOf, nameOf, rateOf, RATIOS, spreadOf, timeOf, timesOf, verdictWords, WORK } from './words.ts'

/** Light and dark, on a screen and on paper; nothing is loaded from anywhere. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1c2127; --soft: #5b6570; --paper: #fff; --line: #d8dde3; --bar: #2f6fd0; --muted: #9aa5b1; --good: #1a7f37; --bad: #c62828 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --paper: #14171b; --line: #333a42; --bar: #6ea8ff; --muted: #5b6570; --good: #57c274; --bad: #ff7b72 } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 760px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .25rem } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem } p { margin: .25rem 0 } .soft { color: var(--soft) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } th, td { padding: .3rem .6rem .3rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top } th { color: var(--soft); font-weight: normal }
td.number, th.number { text-align: right; white-space: nowrap } .good, .bad { color: var(--good); white-space: nowrap } .bad { color: var(--bad); font-weight: 600 } .scroll { overflow-x: auto }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif } svg text { fill: var(--ink) } svg .value { stroke: var(--paper); stroke-width: 4px; paint-order: stroke } svg .label { fill: var(--soft) } svg .bar { fill: var(--bar) } svg .muted { fill: var(--muted) } svg .dot { fill: var(--bar); fill-opacity: .7 }
svg .whisker { stroke: var(--ink); stroke-opacity: .6; stroke-width: 2; fill: none } svg .mark { stroke: var(--soft); stroke-dasharray: 4 4; fill: none } svg .axis { stroke: var(--line); fill: none }
`

/** A report as a page of its own: one file, no scripts, nothing from outside. */
export function html(report: BenchReport, verdicts: readonly Verdict[]): string {
  const { time, machine, course, flush } = report
  const ground = machine.filesystem === undefined ? '' : `, on ${machine.filesystem}${machine.together ? '' : ', which is not the filesystem of the tree'}`
  const parts = [
    `<h1>rowtree bench</h1>`,
    `<p>${escaped(machineWords(report))}</p>`,
    `<p class="soft">${escaped(`${courseWords(course)}${ground}. Flushing takes ${flushWords(flush)}.`)} <time datetime="${escaped(time)}">${escaped(time.slice(0, 16).replace('T', ' '))} UTC</time></p>`,
    ...contractPart(verdicts),
    ...throughputPart(report),
    ...latencyPart(report),
    ...furtherPart(report),
    `<h2>How to read it</h2>`,
    `<p class="soft">The loop is given its contents, writes each under another name and renames it. It reads no database, compares nothing, looks at no file before it replaces it, and remembers nothing; rowtree does all of that. Ratios come from rounds in turns and can be compared between machines that are alike; times cannot.</p>`,
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>rowtree bench</title>
<style>${STYLE}</style>
</head>
<body>
${parts.join('\n')}
</body>
</html>
`
}

function contractPart(verdicts: readonly Verdict[]): string[] {
  if (verdicts.length === 0) return []
  const rows = verdicts.map((verdict) => [nameOf(verdict), verdict.met ? '<span class="good">✓ ok</span>' : '<span class="bad">✗ broken</span>', escaped(verdictWords(verdict))])
  return ['<h2>Contract</h2>', table(['figure', '', ''], rows)]
}

function throughputPart({ work, ratios }: BenchReport): string[] {
  const speeds = work.map(({ name, items, seconds, rowsPerSecond }) => ({
    label: WORK[name],
    value: rowsPerSecond,
    text: rateOf(rowsPerSecond, name.endsWith('loop') ? 'files' : 'rows'),
    spread: [items / Math.max(...seconds), items / Math.min(...seconds)] as const,
    muted: name.endsWith('loop'),
  }))
  const compared = ratios.filter(({ better }) => better === 'higher').map(({ name, value }) => ({ label: RATIOS[name], value, text: timesOf(value) }))
  const rows = work.map((one) => [WORK[one.name], number.format(one.items), rateOf(one.rowsPerSecond, one.name.endsWith('loop') ? 'files' : 'rows'), flowOf(one.bytesPerSecond), spreadOf(one)])
  return [
    '<h2>Throughput</h2>',
    barChart('Rows a second of each kind of work', speeds),
    `<div class="scroll">${table(['work', 'items', 'rate', 'bytes', 'rounds'], rows, 1)}</div>`,
    '<h2>Against the loop</h2>',
    '<p class="soft">How many times faster; the dashed line is the loop itself.</p>',
    barChart('How many times faster than the loop', compared, 1),
  ]
}

function latencyPart({ latency, course }: BenchReport): string[] {
  if (!latency) return []
  const { p50, p95, p99, samples } = latency
  const levels = [{ value: course.settle, text: `settle ${timeOf(course.settle)}` }, { value: p50, text: `p50 ${timeOf(p50)}` }, { value: p95, text: `p95 ${timeOf(p95)}` }, { value: p99, text: `p99 ${timeOf(p99)}` }]
  return ['<h2>From a save to its row</h2>', `<p class="soft">${samples.length} saves, the quickest at the left; a file has to be quiet for ${escaped(timeOf(course.settle))} before it is taken.</p>`, dotChart('Milliseconds from a save to its row', samples, levels)]
}

function furtherPart(report: BenchReport): string[] {
  const { fresh, store } = report
  const [rows, effort] = [[] as string[][], effortWords(report)]
  if (effort !== undefined) rows.push(['effort', effort])
  if (fresh) rows.push(['an export in a process of its own', `${timeOf(fresh.seconds * 1_000)} with the runtime's start, ${memoryOf(fresh.rss)} of memory`])
  if (store) rows.push(['reading the store', `${rateOf(store.rowsPerSecond)}, ${flowOf(store.bytesPerSecond)} (${number.format(store.rows)} rows, ${sizeOf(store.bytes)})`])
  return rows.length === 0 ? [] : ['<h2>Further</h2>', table(['', ''], rows.map((cells) => cells.map(escaped)))]
}

/** @param numbers columns from this one on hold numbers; cells are markup */
function table(head: readonly string[], rows: readonly (readonly string[])[], numbers: number = Number.POSITIVE_INFINITY): string {
  const line = (tag: 'td' | 'th', cells: readonly string[]): string => `<tr>${cells.map((cell, index) => `<${tag}${index >= numbers ? ' class="number"' : ''}>${cell}</${tag}>`).join('')}</tr>`
  return `<table>\n${[line('th', head), ...rows.map((cells) => line('td', cells))].join('\n')}\n</table>`
}
