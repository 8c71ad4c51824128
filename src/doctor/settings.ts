import { readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import type { Config } from '../config.ts'
import { shellWord } from '../core/remedy.ts'
import type { Remark } from '../doctor.ts'
import { count } from './figures.ts'
import { trackingOf, type Tracking } from './git.ts'
import type { Subject } from './subject.ts'

/** What the config says, which is valid, and who may read it. */
export async function settings({ config, threads }: Subject): Promise<Remark[]> {
  const { file } = config
  if (file === undefined) return [{ name: 'file', status: 'ok', message: `given by the program, ${contentOf(config)}, ${count(threads, 'writer thread')}` }]
  const remark: Remark = { name: 'file', status: 'ok', message: `${file}: valid, ${contentOf(config)}, ${count(threads, 'writer thread')}` }
  return [remark, judgeSecret({ file, secret: holdsPassword(readFileSync(file, 'utf8')), mode: statSync(file).mode & 0o777, tracking: await trackingOf(file) })]
}

function contentOf({ store: { preset }, collections, tree, directory }: Config): string {
  const kind = typeof preset === 'string' ? preset : preset.module
  const own = collections.length > 0 ? `, ${count(collections.length, 'collection')}` : ''
  return `preset ${kind}${own}, tree ${relative(directory, tree) || '.'}`
}

/**
 * Whether the text of a config has a password in the URL of a server, other than by a variable.
 *
 * @example
 * ```ts
 * holdsPassword('url: mysql://board:hunter2@localhost/board') // true
 * ```
 */
export function holdsPassword(text: string): boolean {
  const [, password = ''] = /^(?!\s*#).*\b(?:mysql|mariadb|postgres|postgresql):\/\/[^\s:@/]*:([^\s/]*)@/im.exec(text) ?? []
  return password.replaceAll(/(?<!\$)\$\{\w+\}/g, '') !== ''
}

/** What is known of a config file. */
export interface SecretFacts {
  readonly file: string
  readonly secret: boolean
  readonly mode: number
  readonly tracking: Tracking
}

/** Whether a password lies open. */
export function judgeSecret({ file, secret, mode, tracking }: SecretFacts): Remark {
  const name = 'password'
  if (!secret) return { name, status: 'ok', message: 'no password is in the file' }
  const remedy = 'write ${ROWTREE_DB_PASSWORD} in its place, and set that variable'
  if (tracking === 'tracked') return { name, status: 'warn', message: 'the file holds a password, and git tracks it', remedy: `${remedy}; then change the password, which is in the history of git` }
  if ((mode & 0o044) !== 0) return { name, status: 'warn', message: `the file holds a password, and others of this machine may read it (mode ${mode.toString(8)})`, remedy: `${remedy}; or chmod 600 ${shellWord(file)}` }
  if (tracking === 'untracked') return { name, status: 'warn', message: 'the file holds a password, and git does not ignore it', remedy }
  return { name, status: 'ok', message: `the file holds a password, which nobody else may read (mode ${mode.toString(8)})` }
}
