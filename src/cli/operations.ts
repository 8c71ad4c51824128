import type { Operation } from '../engine.ts'
import { number, plural, sizeOf } from './words.ts'

/** A line for each operation, the columns aligned: its number, local time, command, how much it changed and keeps. */
export function operationLines(operations: readonly Operation[]): string[] {
  const rows = operations.map(({ id, at, command, records, bytes, undoneBy }) => ({
    id: String(id),
    at: localTime(at),
    command,
    // As wide in the plural as in the singular, so that numbers stand below each other.
    paths: `${number.format(records)} ${plural(records, 'path').padEnd('paths'.length)}`,
    size: sizeOf(bytes),
    note: undoneBy === undefined ? '' : `taken back by ${undoneBy}`,
  }))
  const widthOf = (column: keyof (typeof rows)[number]): number => rows.reduce((most, row) => Math.max(most, row[column].length), 0)
  const [id, command, paths, size] = [widthOf('id'), widthOf('command'), widthOf('paths'), widthOf('size')]
  return rows.map((row) =>
    [row.id.padStart(id), row.at, row.command.padEnd(command), row.paths.padStart(paths), row.size.padStart(size), row.note].join('  ').trimEnd(),
  )
}

/** `2025-11-21 22:28:03` in the time zone of whoever asks. */
function localTime(at: number): string {
  const time = new Date(at)
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`
}

function two(part: number): string {
  return String(part).padStart(2, '0')
}
