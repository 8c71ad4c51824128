import process from 'node:process'
import { afterAll, beforeAll, describe } from 'vitest'
import { MYSQL } from './servers/mysql.ts'
import { POSTGRES } from './servers/postgres.ts'
import { SQLITE } from './servers/sqlite.ts'
import type { Kind, Maker, Trial } from './servers/trial.ts'

export type { Kind, Person, Records, Trial } from './servers/trial.ts'

/** A database that a run of the tests may meet. */
export interface Tested {
  readonly kind: Kind
  /** Where the server is, with a database that is there; empty for SQLite. */
  readonly url: string
  /** Why its tests are skipped, for their titles; empty where they run. */
  readonly absent: string
}

const MAKERS: readonly Maker[] = [SQLITE, MYSQL, POSTGRES]

/**
 * The databases of this run: those that `DATABASES` names (`sqlite,mysql,postgres`), by default all. A server that does not answer is skipped, but not where
 * `DATABASES` or the variable of its URL asks for it: there its tests fail.
 */
export const DATABASES: readonly Tested[] = await Promise.all(MAKERS.map(look))

/** The database of this kind, for tests of it alone. */
export function databaseOf(kind: Kind): Tested {
  return DATABASES.find((one) => one.kind === kind)!
}

async function look({ kind, title, variable, usual, answers }: Maker): Promise<Tested> {
  const named = process.env['DATABASES']?.split(',').map((name) => name.trim())
  const given = variable === undefined ? undefined : process.env[variable]
  const url = given ?? usual
  if (named !== undefined && !named.includes(kind)) return { kind, url, absent: ` (skipped: DATABASES=${named.join()})` }
  const isAsked = named !== undefined || given !== undefined
  if (variable === undefined || isAsked || (await answers(url))) return { kind, url, absent: '' }
  return { kind, url, absent: ` (skipped: no ${title}; set ${variable})` }
}

/** A database to be made. */
export function trialOf({ kind, url }: Pick<Tested, 'kind' | 'url'>): Trial {
  return MAKERS.find((maker) => maker.kind === kind)!.make(url)
}

/** Which databases a group of tests is for. Default: all. */
export type Only = readonly Kind[]

/**
 * Runs a group of tests once for each database, in a database that is made for it and dropped afterwards.
 *
 * @example
 * ```ts
 * describeEach('a batch', (trial) => {
 *   test('is written', async () => {
 *     await trial.fresh('create table pages (id int primary key, body $text)')
 *   })
 * })
 * ```
 */
export function describeEach(title: string, tests: (trial: Trial) => void, only: Only = ['sqlite', 'mysql', 'postgres']): void {
  for (const { kind, url, absent } of DATABASES.filter((one) => only.includes(one.kind))) {
    describe.skipIf(absent !== '')(`${title}: ${kind}${absent}`, () => {
      const trial = trialOf({ kind, url })
      beforeAll(() => trial.begin())
      afterAll(() => trial.end())
      tests(trial)
    })
  }
}
