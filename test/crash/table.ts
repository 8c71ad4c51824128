import { readFileSync } from 'node:fs'
import type { Record } from '../support/method.ts'

/** What all methods came to, as a Markdown table. */
export function tableOf(records: readonly Record[]): string {
  const rows = [...records].sort((a, b) => (a.method < b.method ? -1 : 1)).map(({ method, trials, losses, skipped }) => {
    return `| ${method} | ${skipped === undefined ? trials.toLocaleString('en') : `skipped: ${skipped}`} | ${skipped === undefined ? losses : '–'} |`
  })
  return ['| method | trials | losses |', '| --- | ---: | ---: |', ...rows].join('\n')
}

/** The records that the tests of one run left, each method once. */
export function readRecords(file: string): Record[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '')
  return [...new Map(lines.map((line) => JSON.parse(line) as Record).map((record) => [record.method, record])).values()]
}
