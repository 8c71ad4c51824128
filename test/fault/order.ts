import { posix } from 'node:path'
import type { Noted } from '../support/faults/index.ts'

/** Where things are, relative to the project's directory. */
const [TREE, BASELINE, STORE] = ['tree', '.rowtree/baseline.db', 'site.sqlite']

/** Calls on one path, by kind. */
type Sequence = readonly Noted[]

/**
 * What is wrong with the order of a cycle's calls, in words: a name that was given before the bytes were on the disk, a directory that was not flushed
 * before the baseline said that its files are there, a content that was overwritten before history had it.
 *
 * @param log all changing calls below the project's directory
 */
export function orderFaults(log: Sequence): string[] {
  return [...unflushedFiles(log), ...unflushedDirectories(log), ...forgottenFiles(log), ...forgottenRows(log)]
}

function isTemp(path: string): boolean {
  return path.startsWith(`${TREE}/`) && path.includes('/.rowtree-')
}

/** Names that appear or go in the tree. */
function namings(log: Sequence): [at: number, path: string][] {
  return [...log.entries()].flatMap(([at, { call, path }]) => (/^(link|rename|unlink)$/.test(call) && path.startsWith(`${TREE}/`) && !isTemp(path) ? [[at, path] as [number, string]] : []))
}

/** Each temp is flushed, by itself or with its filesystem, between its last write and the first name that is given. */
function unflushedFiles(log: Sequence): string[] {
  const first = namings(log).find(([at]) => log[at]!.call !== 'unlink')?.[0] ?? log.length
  const written = new Map([...log.entries()].filter(([at, { call, path }]) => at < first && call === 'write' && isTemp(path)).map(([at, { path }]) => [path, at]))
  return [...written].flatMap(([path, at]) => {
    const isFlushed = log.slice(at, first).some((one) => one.call === 'fsync' && (one.path === path || one.path === TREE))
    return isFlushed ? [] : [`${path} has a name before it is on the disk`]
  })
}

/** Commits of a SQLite database: its journal ends, by being emptied or removed. */
function commits(log: Sequence, database: string): number[] {
  return [...log.entries()].flatMap(([at, { call, path }]) => (path === `${database}-journal` && (call === 'truncate' || call === 'unlink') ? [at] : []))
}

/** Each directory in which a name appeared or went is flushed before the baseline's last commit, and so is a directory that appeared. */
function unflushedDirectories(log: Sequence): string[] {
  const last = commits(log, BASELINE).at(-1) ?? log.length
  return namings(log).flatMap(([at, path]) => {
    const flushed = new Set(log.slice(at, last).filter(({ call }) => call === 'fsync').map((one) => one.path))
    const concerned = [posix.dirname(path), ...(path.endsWith('.html') ? [] : [path])]
    return concerned.filter((directory) => !flushed.has(directory)).map((directory) => `${directory} is not flushed before the baseline knows ${path}`)
  })
}

/** A file that is replaced or removed is in history, on the disk, before that. */
function forgottenFiles(log: Sequence): string[] {
  const first = namings(log).find(([at, path]) => log[at]!.call !== 'link' && path.endsWith('.html'))
  return first && !isSafe(log.slice(0, first[0]), BASELINE) ? [`${first[1]} is overwritten before history is on the disk`] : []
}

/** What rows held is in history, on the disk, before the store commits. */
function forgottenRows(log: Sequence): string[] {
  const [commit] = commits(log, STORE)
  const begun = log.findIndex(({ call, path }) => call === 'write' && path === `${STORE}-journal`)
  return commit === undefined || isSafe(log.slice(begun, commit), BASELINE) ? [] : ['the store commits before history is on the disk']
}

/** Whether a database was flushed, and then committed. */
function isSafe(log: Sequence, database: string): boolean {
  const [commit] = commits(log, database).slice(-1)
  return commit !== undefined && log.slice(0, commit).some(({ call, path }) => call === 'fsync' && path === database)
}
