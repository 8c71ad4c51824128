import { RowtreeError } from '../errors.ts'

/** The variable that a password is taken from. */
const VARIABLE = 'ROWTREE_DB_PASSWORD'

/** A URL that a config may hold. */
export interface PublicUrl {
  readonly url: string
  /** The environment variables that it names. */
  readonly variables: readonly string[]
}

/**
 * The URL as a person typed it, with a variable in place of a password: a config is a file that others read.
 *
 * @throws {RowtreeError} `usage` where it is none of a database; it never says what the URL is
 */
export function publicUrl(typed: string): PublicUrl {
  if (!/^(sqlite:.|(mysql|mariadb|postgres|postgresql):\/\/.)/is.test(typed)) {
    throw refuse('--url is none of a database; write sqlite:FILE, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE')
  }
  const url = /^sqlite:/i.test(typed) ? typed : withVariable(typed)
  const names = Array.from(url.matchAll(/(?<!\$)\$\{(\w+)\}/g), (match) => match[1]!)
  return { url, variables: [...new Set(names)] }
}

function withVariable(url: string): string {
  if (/[?&;][^=&]*(pass|pwd|secret|token)[^=&]*=/i.test(url)) throw refuse('--url holds a password in its query; write it as USER:PASSWORD@HOST')
  // Up to the last "@": a password that is not encoded may contain one.
  const [, start, password, end] = /^([a-z]+:\/\/[^:@/]*):(.*)(@[^@]*)$/is.exec(url) ?? []
  if (start === undefined || password === '' || /^\$\{\w+\}$/.test(password!)) return url
  return `${start}:\${${VARIABLE}}${end}`
}

function refuse(state: string): RowtreeError {
  return new RowtreeError('usage', `Cannot make a config: ${state}`)
}
