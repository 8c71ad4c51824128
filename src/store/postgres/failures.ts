import { RowtreeError, messageOf, type ErrorCode } from '../../errors.ts'
import type { Failures } from '../database.ts'
import { isLost, isStale, networkCodeOf, sqlStateOf } from './sqlstate.ts'

/** What is wrong; the code where it is the same for reading and for writing. */
interface State {
  readonly code?: ErrorCode
  readonly state: string
  readonly remedy?: string
}

const PASSWORD = { state: 'the server does not let this user in', remedy: 'Correct the user and the password in store.url, or the server\'s pg_hba.conf' }

/** PostgreSQL's codes that a person can do something about, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const STATES: Readonly<Record<string, State>> = {
  '25006': { state: 'the server lets nobody write', remedy: 'Name the primary server in store.url' },
  // Also where it lets nobody in without encryption.
  '28000': { ...PASSWORD, remedy: `${PASSWORD.remedy}. Where that demands encryption, set store.tls` },
  '28P01': PASSWORD,
  '3D000': { code: 'store-missing', state: 'the server has no such database', remedy: 'Correct store.url' },
  '40001': { code: 'store-locked', state: 'another program changed the same rows at the same time', remedy: 'Run it again' },
  '40P01': { code: 'store-locked', state: 'it and another program waited for each other', remedy: 'Run it again' },
  '42501': { state: 'this user lacks a privilege' },
  '53100': { state: 'the disk of the server is full', remedy: 'Make room' },
  '53200': { state: 'the server is out of memory', remedy: 'Try again later' },
  '53300': { code: 'store-unreachable', state: 'it takes no more connections', remedy: 'Try again later' },
  '55P03': { code: 'store-locked', state: 'another program has locked it', remedy: 'Try again when that program is done' },
  '57014': { state: 'somebody cancelled the query, or it took longer than statement_timeout allows' },
  '57P03': { code: 'store-unreachable', state: 'the server is starting or stopping', remedy: 'Try again later' },
  'XX001': { state: 'the database is damaged', remedy: 'Look into the log of the server' },
  'XX002': { state: 'an index of the database is damaged', remedy: 'Reindex it' },
}

const NETWORK: Readonly<Record<string, State>> = {
  ECONNREFUSED: { state: 'no server answers there', remedy: 'Start it, or correct store.url' },
  ENOENT: { state: 'no server answers at that socket', remedy: 'Start it, or correct store.url' },
  ENOTFOUND: { state: 'there is no such host', remedy: 'Correct store.url' },
  EAI_AGAIN: { state: 'the host cannot be looked up at the moment', remedy: 'Check the network' },
  EACCES: { state: 'the permission to use its socket is missing', remedy: 'Allow this user to use it' },
}

/** What the errors of a PostgreSQL server, and of the way to it, mean for the store of this name. */
export function failuresOf(path: string): Failures {
  function failure(what: 'read' | 'write', error: unknown): RowtreeError {
    if (error instanceof RowtreeError) return error
    const { code = what === 'read' ? 'store-unreadable' : 'store-unwritable', state, remedy } = stateOf(error)
    const errno = sqlStateOf(error) ?? networkCodeOf(error)
    const details = { path, ...(errno !== undefined && { errno }), ...(remedy !== undefined && { remedy }), cause: error }
    return new RowtreeError(code, `Cannot ${what} the store ${path}: ${state}`, details)
  }

  return {
    unreadable: (error) => failure('read', error),
    unwritable: (error) => failure('write', error),
    refusal,
    // A statement that was prepared before somebody altered its table is prepared anew.
    isRace: (error) => /^(?:40001|40P01)$/.test(sqlStateOf(error) ?? '') || isStale(error),
    isLost,
  }
}

function stateOf(error: unknown): State {
  const network = NETWORK[networkCodeOf(error) ?? '']
  if (network !== undefined) return { code: 'store-unreachable', ...network }
  const known = STATES[sqlStateOf(error) ?? '']
  if (known !== undefined) return sqlStateOf(error) === '42501' ? { state: `${known.state}: ${messageOf(error)}` } : known
  const message = messageOf(error)
  if (isLost(error)) return { code: 'store-unreachable', state: `the connection to the server was lost (${message})`, remedy: 'Try again' }
  // The driver finds out before the server says so.
  if (message.startsWith('SASL:')) return PASSWORD
  if (/does not support SSL/.test(message)) return { state: 'the server does not encrypt connections', remedy: 'Remove store.tls, or switch "ssl" on in postgresql.conf' }
  if (isUntrusted(error)) return { state: `the certificate of the server is not trusted (${message})`, remedy: 'Name who signed it in store.tls.ca' }
  return { state: message }
}

/** The runtimes name the same failures differently; Deno's has no code. */
function isUntrusted(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return (typeof code === 'string' && /CERT|SIGNED|SIGNATURE|ALTNAME/.test(code)) || /certificate|UnknownIssuer|UnknownCA/i.test(messageOf(error))
}

/**
 * Classes for which only the row is to blame: a value that does not fit, a constraint, a view's check, a function or trigger that raises an
 * error. `42804` and `42846` are values of another type, `42703` a column that is gone since.
 */
function refusal(error: unknown): string | undefined {
  const code = sqlStateOf(error)
  if (code === undefined || !/^(?:22|23|44|P0|09|27|2F|38|39)|^(?:42703|42804|42846|54000|55000|428C9)$/.test(code)) return undefined
  const { detail } = error as { detail?: unknown }
  // Of some a whole row is told, with contents of any size.
  return typeof detail === 'string' && !detail.startsWith('Failing row') ? `${messageOf(error)}. ${detail.replace(/\.$/, '')}` : messageOf(error)
}
