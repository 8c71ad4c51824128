import { RowtreeError, messageOf, type ErrorCode } from '../../errors.ts'
import type { Failures } from '../database.ts'

/** What is wrong, and what mends it; the code where it is the same for reading and for writing. */
type Meaning = readonly [code: ErrorCode | undefined, state: string, remedy?: string]

/** What a person can do about an error, by the server's number. */
const STATES: ReadonlyMap<number, Meaning> = new Map([
  ...same([1040, 1203, 1226], undefined, 'the server has no connection left', 'Try again later, or raise max_connections'),
  ...same([1044], undefined, 'the user may not use this database', 'Grant it to the user, or correct store.url'),
  ...same([1045, 1698, 3118], undefined, 'the server does not accept this user and password', 'Correct store.url, or the variable that holds the password'),
  ...same([1049], 'store-missing', 'the server has no database of this name', 'Correct store.url'),
  ...same([1129, 1130], undefined, 'the server does not accept connections from this computer', 'Allow its address there'),
  ...same([1142, 1143, 1227, 1370, 1419], undefined, 'the user lacks a privilege'),
  ...same([1205, 3572], 'store-locked', 'another connection has locked it', 'Try again when that one is done'),
  ...same([1213], 'store-locked', 'another connection changes the same rows', 'Try again'),
  ...same([1290, 1836], undefined, 'the server is read-only', 'Use the one that it is a copy of, or end its read-only mode'),
  ...same([1021, 1114, 28], undefined, "the server's disk is full, or a limit of its tables is reached", 'Make room there'),
  ...same([1034, 1035, 1194, 1195, 1712], undefined, 'a table is damaged', 'Check it with CHECK TABLE'),
])

/** What the way to the server reports. */
const NETWORK: ReadonlyMap<string, readonly [state: string, remedy: string]> = new Map([
  ['ECONNREFUSED', ['nothing accepts connections at this address', 'Start the server, or correct store.url']],
  ['ENOENT', ['there is no such socket', 'Start the server, or correct store.url']],
  ['ENOTFOUND', ['no computer has this name', 'Correct store.url']],
  ['EAI_AGAIN', ['the name of the computer cannot be looked up now', 'Check the network']],
  ['ETIMEDOUT', ['the server does not answer', 'Check its address and its firewall']],
  ['EHOSTUNREACH', ['the computer cannot be reached', 'Check its address and the network']],
  ['ENETUNREACH', ['the computer cannot be reached', 'Check its address and the network']],
])

/** The connection ended: told by the driver, by the system, or by the server as it goes (1053, 1152, 1158–1161, 1927, 4031). */
const LOST: ReadonlySet<string> = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'PROTOCOL_SEQUENCE_TIMEOUT'])
const LOST_NUMBERS: ReadonlySet<number> = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 4031])

/**
 * What only the row is to blame for: its keys, constraints and triggers (1022, 1048, 1062, 1169, 1364, 1451, 1452, 1216, 1217, 1557, 1586, 1644, 3819, 4025), a value
 * that its column does not take (1118, 1264–1267, 1270, 1292, 1366, 1367, 1406, 1411, 1416, 1525, 1690, 3140, 3141), a column that is computed (1906, 3105), a view (1288, 1369, 1393, 1394, 1471), its
 * size (1105, 1153, 1301), what a trigger does (1054, 1146, 1172, 1242, 1305, 1329, 1335, 1422, 1424, 1436, 1442).
 */
const REFUSALS: ReadonlySet<number> = new Set([
  1022, 1048, 1062, 1169, 1364, 1451, 1452, 1216, 1217, 1557, 1586, 1644, 3819, 4025,
  1118, 1264, 1265, 1266, 1267, 1270, 1292, 1366, 1367, 1406, 1411, 1416, 1525, 1690, 3140, 3141,
  1906, 3105, 1288, 1369, 1393, 1394, 1471, 1105, 1153, 1301, 1054, 1146, 1172, 1242, 1305, 1329, 1335, 1422, 1424, 1436, 1442,
])

/** Two connections were in each other's way: a deadlock, and a row that changed since it was read. */
const RACES: ReadonlySet<number> = new Set([1213, 1020])

const UNREACHABLE: ErrorCode = 'store-unreachable'

/** What the errors of the driver mean for this store. */
export function failuresOf(name: string): Failures {
  function failure(verb: 'read' | 'write', error: unknown): RowtreeError {
    if (error instanceof RowtreeError) return error
    const [code, state, remedy] = meaningOf(error)
    const details = { path: name, ...(nameOf(error) !== undefined && { errno: nameOf(error)! }), ...(remedy !== undefined && { remedy }), cause: error }
    return new RowtreeError(code ?? (verb === 'read' ? 'store-unreadable' : 'store-unwritable'), `Cannot ${verb} the store ${name}: ${state}`, details)
  }

  return {
    unreadable: (error) => failure('read', error),
    unwritable: (error) => failure('write', error),
    refusal: (error) => (REFUSALS.has(numberOf(error)) ? messageOf(error) : undefined),
    isRace: (error) => RACES.has(numberOf(error)),
    isLost,
  }
}

function same(numbers: readonly number[], ...meaning: Meaning): [number, Meaning][] {
  return numbers.map((number) => [number, meaning])
}

function meaningOf(error: unknown): Meaning {
  const known = STATES.get(numberOf(error))
  // The server names the user, the table and the privilege.
  if (known !== undefined) return known[2] === undefined ? [known[0], `${known[1]}: ${messageOf(error)}`] : known
  const network = NETWORK.get(nameOf(error) ?? '')
  if (network !== undefined) return [UNREACHABLE, ...network]
  if (isLost(error)) return [UNREACHABLE, 'the connection to the server was lost', 'Check that it runs']
  if (isCertificate(error)) return [undefined, `the server's certificate is not accepted: ${messageOf(error)}`, 'Give the authority that signed it']
  return [undefined, messageOf(error)]
}

function isLost(error: unknown): boolean {
  return LOST.has(nameOf(error) ?? '') || LOST_NUMBERS.has(numberOf(error)) || (error instanceof Error && error.message.endsWith('in closed state'))
}

function isCertificate(error: unknown): boolean {
  return nameOf(error) === 'HANDSHAKE_SSL_ERROR' || /certificate|CERT_|altnames/i.test(`${nameOf(error)} ${messageOf(error)}`)
}

/** The server's number of an error. Numbers of the system are negative. */
function numberOf(error: unknown): number {
  const errno = error instanceof Error ? (error as Error & { errno?: unknown }).errno : undefined
  return typeof errno === 'number' ? errno : 0
}

/** `ER_DUP_ENTRY`, `ECONNREFUSED`. */
function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as Error & { code?: unknown }
  if (typeof code === 'string' && code !== '') return code
  // Several addresses of one name were tried.
  return error instanceof AggregateError ? nameOf(error.errors[0]) : undefined
}
