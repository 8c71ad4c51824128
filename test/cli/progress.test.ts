import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { progressLine, showProgress } from '../../src/cli/progress.ts'
import { project } from '../support/project.ts'
import { samplePages } from '../support/tables.ts'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.ts'

describe('the line', () => {
  it.each([
    { columns: 80, line: 'exporting ████████░░░░░░░░░░░░░░  6,144/16,384 rows ·  3,072 rows/s ·  4 s left' },
    { columns: 60, line: 'exporting ████████████░░░░░░░░░░░░░░░░░░░  37 % ·  4 s left' },
    { columns: 40, line: 'exporting ████░░░░░░░  37 % ·  4 s left' },
    { columns: 30, line: 'exporting █████░░░░░░░░  37 %' },
    { columns: 20, line: 'exporting 37 %' },
    { columns: 8, line: 'exporti' },
  ])('fits into $columns columns', ({ columns, line }) => {
    expect(progressLine('exporting', { done: 6_144, total: 16_384 }, 2_000, columns)).toBe(line)
  })

  it('never reaches the last column, whatever the numbers', () => {
    for (let columns = 1; columns <= 200; columns++) {
      for (const progress of [{ done: 0, total: 0 }, { done: 0, total: 7 }, { done: 999_999, total: 1_000_000 }, { done: 9, total: 7 }]) {
        expect(progressLine('exporting', progress, 123_456, columns).length).toBeLessThan(Math.max(1, columns))
      }
    }
  })

  it.each([
    { done: 0, elapsed: 0, left: ' ? s left' },
    { done: 50, elapsed: 1_000, left: ' 1 s left' },
    { done: 1, elapsed: 1_000, left: '99 s left' },
    { done: 1, elapsed: 2_000, left: '4 min left' },
    { done: 100, elapsed: 2_000, left: ' 0 s left' },
  ])('tells how long it takes: $left', ({ done, elapsed, left }) => {
    expect(progressLine('exporting', { done, total: 100 }, elapsed, 80)).toMatch(new RegExp(`· ${left.replace('?', '\\?')}$`))
  })
})

/** A stream that keeps what it is given: no terminal, unless it has columns. */
class Sink extends Writable {
  text = ''
  readonly isTTY: boolean
  readonly columns: number | undefined

  constructor(columns?: number) {
    super({ decodeStrings: false })
    this.isTTY = columns !== undefined
    this.columns = columns
  }

  override _write(chunk: string, _: unknown, done: () => void): void {
    this.text += chunk
    done()
  }
}

function shown(options: { columns?: number; silent?: boolean; delay?: number; interval?: number }): string {
  const { columns, silent = false, ...rest } = options
  const sink = new Sink(columns)
  const display = showProgress({ label: 'exporting', silent, stream: sink as unknown as NodeJS.WriteStream, ...rest })
  for (const done of [256, 512, 1_024]) display.update({ done, total: 1_024 })
  display.stop()
  // Who stops it is going to print: nothing may come between.
  const text = sink.text
  display.update({ done: 1_024, total: 1_024 })
  expect(sink.text).toBe(text)
  return text
}

describe('the display', () => {
  it('is a plain line at intervals without a terminal', () => {
    const lines = shown({ interval: 0 }).split('\n')
    expect(lines).toEqual([
      expect.stringMatching(/^exporting {3}256\/1,024 rows · +[\d,]+ rows\/s · {2}\d s left$/),
      expect.stringMatching(/^exporting {3}512\/1,024 rows · /),
      expect.stringMatching(/^exporting 1,024\/1,024 rows · /),
      '',
    ])
    expect(shown({ interval: 60_000 })).toBe('')
  })

  it('is a bar on a terminal, which goes away at the end', () => {
    const text = shown({ columns: 80, delay: 0 }).replaceAll('\x1b[', 'CSI')
    expect(text).toMatch(/CSI\?25l.*exporting █+░* .*CSI\?25h.*CSI2K$/)
    expect(text).not.toContain('\n')
    expect(shown({ columns: 80, delay: 60_000 })).toBe('')
  })

  it('does not begin once it is stopped', () => {
    const sink = new Sink(80)
    const display = showProgress({ label: 'exporting', silent: false, stream: sink as unknown as NodeJS.WriteStream, delay: 0 })
    display.stop()
    display.update({ done: 1, total: 2 })
    display.stop()
    expect(sink.text).toBe('')
  })

  it('is nothing when silent', () => {
    expect(shown({ silent: true, interval: 0 })).toBe('')
    expect(shown({ silent: true, columns: 80, delay: 0 })).toBe('')
  })
})

describe.skipIf(!HAS_TERMINAL)('on a real terminal (needs script of util-linux)', () => {
  it.each([{ columns: 80 }, { columns: 40 }])('draws on one line of $columns columns and leaves the summary', async ({ columns }) => {
    const { directory } = project(samplePages(20_000, 60))
    const { code, stdout } = await onTerminal(['export'], columns, { cwd: directory })
    expect(code).toBe(0)
    // The bar goes back to the first column for each frame.
    const [before, ...frames] = stdout.split('\x1b[1G')
    expect(stripVTControlCharacters(before!)).toBe('')
    const lines = frames.map(stripVTControlCharacters)
    const last = lines.pop()
    for (const line of lines.filter((text) => text !== '')) {
      expect(line).toMatch(/^exporting [█░]{10,40} .* left$/)
      expect(line.length).toBeLessThan(columns)
    }
    expect(lines.length).toBeGreaterThan(1)
    expect(last).toMatch(/^20,000 exported · 0 unchanged · .* rows\/s\)\r\n$/)
    // The cursor is back, and so is wrapping.
    expect(stdout.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?25l'))
    expect(stdout.lastIndexOf('\x1b[?7h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?7l'))
  })

  it.each([
    { args: ['export', '--quiet'], printed: /^$/ },
    { args: ['export', '--json'], printed: /^\{"command":"export","ok":true,.*\}\r\n$/ },
  ])('draws nothing with $args', async ({ args, printed }) => {
    const { directory } = project(samplePages(20_000, 60))
    expect((await onTerminal(args, 80, { cwd: directory })).stdout).toMatch(printed)
  })
})
