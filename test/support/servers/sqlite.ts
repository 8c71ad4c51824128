import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryBase } from '../temporary.ts'
import { shownBytes, type Maker, type Person, type Records, type Trial } from './trial.ts'
import { inWords } from './words.ts'

/** Files of SQLite, one for each test, in a directory of the group. */
export const SQLITE: Maker = {
  kind: 'sqlite',
  title: 'SQLite',
  usual: '',
  answers: () => Promise.resolve(true),
  connect: (url) => Promise.resolve(personAt(url.slice('sqlite:'.length))),
  make: () => new SqliteTrial(),
}

class SqliteTrial implements Trial {
  readonly kind = 'sqlite'
  #directory = ''
  #files = 0

  get url(): string {
    return `sqlite:${this.#file}`
  }

  get #file(): string {
    return join(this.#directory, `store-${this.#files}.db`)
  }

  begin(): Promise<void> {
    this.#directory = mkdtempSync(join(temporaryBase(), 'rowtree-trial-'))
    return Promise.resolve()
  }

  fresh(script: string): Promise<void> {
    this.#files++
    return this.execute(script)
  }

  execute(script: string): Promise<void> {
    return this.#once((person) => person.execute(script))
  }

  load(script: string): Promise<void> {
    return this.#once((person) => person.load(script))
  }

  query(sql: string): Promise<Records> {
    return this.#once((person) => person.query(sql))
  }

  async #once<T>(ask: (person: Person) => Promise<T>): Promise<T> {
    const person = personAt(this.#file)
    try {
      return await ask(person)
    } finally {
      await person.close()
    }
  }

  connect(): Promise<Person> {
    return Promise.resolve(personAt(this.#file))
  }

  /** Nobody's connection can be ended by others. */
  killOthers(): Promise<number> {
    return Promise.resolve(0)
  }

  waiting(): Promise<number> {
    return Promise.resolve(1)
  }

  end(): Promise<void> {
    rmSync(this.#directory, { recursive: true, force: true })
    return this.close()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** A rejected promise where the database fails, as others have it. */
function personAt(file: string): Person {
  const database = new DatabaseSync(file)
  return {
    // oxlint-disable-next-line typescript/require-await
    execute: async (script) => database.exec(inWords('sqlite', script)),
    // oxlint-disable-next-line typescript/require-await
    load: async (script) => database.exec(script),
    // oxlint-disable-next-line typescript/require-await
    query: async (sql) => {
      const statement = database.prepare(inWords('sqlite', sql))
      statement.setReadBigInts(true)
      return statement.all().map((record) => Object.values(record).map((value) => (
        value === null ? null : value instanceof Uint8Array ? shownBytes(value) : String(value))))
    },
    close: async () => {
      await Promise.resolve()
      database.close()
    },
  }
}
