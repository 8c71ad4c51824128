import { describe, expect, it } from 'vitest'
import type { BenchReport } from '../../src/index.ts'
import { judgeContract } from '../../src/bench/contract.ts'
import { barChart, dotChart } from '../../src/cli/bench/chart.ts'
import { escaped } from '../../src/cli/bench/escaped.ts'
import { html } from '../../src/cli/bench/html.ts'
import { markdown } from '../../src/cli/bench/markdown.ts'
import { sheet } from '../../src/cli/bench/sheet.ts'
import { stepLine } from '../../src/cli/bench/steps.ts'
import { flushWords, memoryOf, rateOf, timeOf, timesOf } from '../../src/cli/bench/words.ts'
import { sampleReport } from './samples.ts'

const REPORT = sampleReport()
const VERDICTS = judgeContract(REPORT, { minSpeedup: 3, maxRss: 2 ** 30 })

/** A report whose every text tries to leave its place. */
const HOSTILE: BenchReport = sampleReport({
  machine: { ...REPORT.machine, runtime: '</title><script>alert(1)</script>', filesystem: '"><img src=x onerror=alert(1)>|\n## x' },
  flush: { file: '<b>EIO</b>', directory: 1, filesystem: 1 },
})

it('people get a sheet', () => {
  expect(`\n${sheet(REPORT, VERDICTS).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    machine
      runtime        rowtree 0.1.0 on Node 26.10.0, linux x64, 2 cores, 1 writer thread
      flush          0.41 ms a file, 0.3 ms a directory, no call for a whole filesystem
    throughput
      measured       1,000 rows of 2 KB, medians of 2 rounds, on ext4
      loop           6,670 files/s, 14 MB/s (0.1–0.2 s)
      export         10,000 rows/s, 20 MB/s (0.1 s) · 1.50 × loop
      unchanged      50,000 rows/s, 102 MB/s (0.02 s) · 7.50 × loop
      import         2,500 rows/s, 5.1 MB/s (0.4 s) · 0.38 × loop
      flushed-loop   500 files/s, 1.0 MB/s (1 s)
      flushed-export 2,000 rows/s, 4.1 MB/s (0.5 s) · 4.00 × flushed-loop
      effort         an export takes 1.00 × the loop's time of the processor
      one process    500 ms, with the runtime's start (2,000 rows/s), 128 MB of memory
    latency
      save to row    p50 130 ms, p95 300 ms, p99 300 ms (5 saves, settle 100 ms)
    store
      reading        99,100 rows/s, 55 MB/s (991 rows, 549 KB, 1 that cannot become files)
    contract
      ✗ fail  minSpeedup   speedup 1.50 ×, at least 3.00 × is asked for: 2.00 times too slow
      ✓ ok    maxRss       fresh.rss 128 MB, at most 1 GB is asked for
    "
  `)
})

it('without a store, saves, processes or a contract the sheet is shorter', () => {
  const { store: _, latency: __, fresh: ___, ...rest } = REPORT
  const text = sheet(rest, []).join('\n')
  for (const word of ['store', 'latency', 'one process', 'contract']) expect(text).not.toContain(word)
  expect(text).toContain('throughput')
})

it('says that the tree\'s own filesystem was out of reach', () => {
  expect(sheet(sampleReport({ machine: { ...REPORT.machine, together: false } }), []).join('\n')).toContain('on ext4, not the tree\'s')
})

it('Markdown is made for the summary of a job', () => {
  expect(`\n${markdown(REPORT, VERDICTS)}`).toMatchInlineSnapshot(`
    "
    ## rowtree bench: broken

    rowtree 0.1.0 on Node 26.10.0, linux x64, 2 cores, 1 writer thread; 1,000 rows of 2 KB, medians of 2 rounds, on ext4. Flushing takes 0.41 ms a file, 0.3 ms a directory, no call for a whole filesystem.

    | contract |  |  |
    | --- | --- | --- |
    | minSpeedup | **✗** | speedup 1.50 ×, at least 3.00 × is asked for: 2.00 times too slow |
    | maxRss | ✓ | fresh.rss 128 MB, at most 1 GB is asked for |

    | work | rate | bytes | rounds | against the loop |
    | --- | --- | --- | --- | --- |
    | write-then-rename loop, one thread | 6,670 files/s | 14 MB/s | 0.1–0.2 s |  |
    | export, new files | 10,000 rows/s | 20 MB/s | 0.1 s | 1.50 × |
    | export, nothing to do | 50,000 rows/s | 102 MB/s | 0.02 s | 7.50 × |
    | import, all files edited | 2,500 rows/s | 5.1 MB/s | 0.4 s | 0.38 × |
    | the loop, each file flushed | 500 files/s | 1.0 MB/s | 1 s |  |
    | export, flushed | 2,000 rows/s | 4.1 MB/s | 0.5 s | 4.00 × |

    | further |  |
    | --- | --- |
    | effort | an export takes 1.00 × the loop's time of the processor |
    | save to row, settle included | p50 130 ms, p95 300 ms, p99 300 ms of 5 saves |
    | an export in a process of its own | 500 ms, 128 MB of memory |
    | reading the store | 99,100 rows/s, 55 MB/s (991 rows) |
    "
  `)
})

it('no text of a report breaks a table of Markdown', () => {
  const lines = markdown(HOSTILE, []).split('\n')
  for (const line of lines.filter((one) => one.startsWith('|'))) expect(line.endsWith('|')).toBe(true)
  expect(lines.filter((line) => line.startsWith('## '))).toHaveLength(1)
})

describe('the page', () => {
  it('has a chart for the rates, the ratios and the latency, and each figure in words', () => {
    const page = html(REPORT, VERDICTS)
    expect(page.match(/<svg /g)).toHaveLength(3)
    for (const text of ['10,000 rows/s', '1.50 ×', 'p95 300 ms', '128 MB', '99,100 rows/s', '✗ broken', '2.00 times too slow', 'prefers-color-scheme: dark']) expect(page).toContain(text)
  })

  it('loads nothing, runs nothing, and forbids both', () => {
    for (const page of [html(REPORT, VERDICTS), html(HOSTILE, [])]) {
      expect(page).not.toMatch(/<script|<img|<link|<iframe|@import|url\(|https?:|\son\w+=["']/i)
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    }
  })

  it('closes each element that it opens', () => {
    const open: string[] = []
    for (const [, slash, name, self] of html(HOSTILE, VERDICTS).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (self === '/' || name === 'meta') continue
      const last = slash === '' ? undefined : open.pop()
      if (last === undefined) open.push(`${slash}${name}`)
      else if (last !== name) open.push(last, `/${name}`)
    }
    expect(open).toEqual([])
  })
})

it.each([
  ['<b> & "c\'', '&lt;b&gt; &amp; &quot;c&#39;'],
  ['plain', 'plain'],
])('%j is escaped', (text, expected) => {
  expect(escaped(text)).toBe(expected)
})

describe('charts', () => {
  it.each<[title: string, chart: string]>([
    ['no bars', barChart('none', [])],
    ['bars of nothing', barChart('zero', [{ label: 'a', value: 0, text: '0' }, { label: 'b', value: Number.NaN, text: 'not measured' }])],
    ['bars with a mark', barChart('mark', [{ label: 'a', value: 2, text: '2', spread: [1, 3] }], 1)],
    ['one dot', dotChart('one', [5], [{ value: 5, text: 'p50' }])],
    ['dots of nothing', dotChart('zero', [0, 0], [])],
  ])('%s: every number is finite, and inside', (_, chart) => {
    expect(chart).not.toMatch(/NaN|Infinity|undefined/)
    for (const [, x] of chart.matchAll(/\b(?:x|cx)="([^"]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(720)
  })

  it('the longest bar is the most, and the others in proportion', () => {
    const widths = [...barChart('x', [{ label: 'a', value: 10, text: '' }, { label: 'b', value: 5, text: '' }]).matchAll(/width="([^"]+)" height="16"/g)].map((match) => Number(match[1]))
    expect(widths[0]! / widths[1]!).toBeCloseTo(2, 1)
  })
})

describe('words', () => {
  it.each<[text: string, expected: string]>([
    [timeOf(0.000_5), '500 ns'],
    [timeOf(0.412), '0.41 ms'],
    [timeOf(12.4), '12 ms'],
    [timeOf(2_130), '2.1 s'],
    [timesOf(1.5), '1.50 ×'],
    [timesOf(12.3), '12 ×'],
    [timesOf(Number.NaN), 'not measured'],
    [rateOf(18_234), '18,200 rows/s'],
    [rateOf(123, 'files'), '123 files/s'],
    [memoryOf(2_048), '2 KB'],
    [memoryOf(150 * 2 ** 20), '150 MB'],
    [memoryOf(100), '100 B'],
    [flushWords({ file: 1, directory: 'EINVAL', filesystem: 'absent' }), '1 ms a file, a directory cannot be flushed (EINVAL), no call for a whole filesystem'],
    [stepLine({ name: 'round 1 of 5: import', done: 5, total: 10 }, 80), 'measuring  50 % · round 1 of 5: import'],
    [stepLine({ name: 'round 1 of 5: import', done: 0, total: 0 }, 20), 'measuring   0 % · r'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })
})

