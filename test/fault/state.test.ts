import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { type Engine, RowtreeError } from '../../src/index.ts'
import { amount, LONG, method, SEED, type Trials } from '../support/method.ts'
import { randomOf } from '../support/random.ts'
import { sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Scene, scene } from './state-scene.ts'

/** Everything that a person can ask for. */
const OPERATIONS: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  export: (engine) => engine.export(),
  'export and prune': (engine) => engine.export({ prune: true }),
  import: (engine) => engine.import(),
  'import and delete': (engine) => engine.import({ delete: true }),
  sync: (engine) => engine.sync(),
  'sync, prune and delete': (engine) => engine.sync({ prune: true, delete: true }),
  status: (engine) => engine.status(),
  async diff(engine) {
    for (const from of ['baseline', 'store'] as const) for await (const one of engine.diff({ from })) void one
  },
  undo: (engine) => engine.undo(),
  'resolve store': (engine) => engine.resolve([], { all: true, prefer: 'store' }),
  'resolve tree': (engine) => engine.resolve([], { all: true, prefer: 'tree' }),
  async operations(engine) {
    for (const { id } of await engine.operations(100)) await engine.undo({ operation: id, dryRun: true })
  },
  async watch(engine) {
    const session = engine.watch({ settle: 50, poll: 100 })
    try {
      for await (const news of session) {
        if (news.event === 'ready') {
          await session.flush()
          break
        }
        // It waits until somebody mends that.
        if (news.event === 'problem' && (news.code === 'io-error' || news.code === 'locked' || news.code === 'read-only')) break
      }
    } finally {
      await session.stop()
    }
  },
}
const QUICK = Object.keys(OPERATIONS).filter((name) => name !== 'watch')

/** In the short run the same ones each time: what other ones find takes somebody who looks at it. */
function seeded(name: string): () => number {
  const seed = LONG ? SEED : 1
  process.stderr.write(`${name}: ROWTREE_SEED=${seed}\n`)
  return randomOf(seed)
}

/** What a baseline has of history, and knows of which contents are needed still; what cannot be read may be anything. */
function pastOf(baseline: string): string {
  const copy = join(temporaryDirectory(), 'copy.db')
  try {
    copyFileSync(baseline, copy)
    const db = new DatabaseSync(copy)
    try {
      const tables = ['accounts', 'operations', 'history'].map((table) => db.prepare(`select rowid, * from ${table} not indexed`).all())
      return JSON.stringify([tables, db.prepare(`select * from sqlite_schema where type = 'trigger' or name in ('accounts', 'operations', 'history')`).all()])
    } finally {
      db.close()
    }
  } catch (error) {
    return String(error)
  }
}

/** Does one thing with damage done before. */
async function attempt(stage: Scene, trials: Trials, operation: string, what: string, damage: () => void): Promise<unknown> {
  stage.restore()
  const past = pastOf(stage.baseline)
  damage()
  const forgets = /accounts|trigger/.test(what) || (what.startsWith('bit ') && pastOf(stage.baseline) !== past)
  let error: unknown
  try {
    const engine = await stage.open()
    try {
      await OPERATIONS[operation]!(engine)
    } finally {
      await engine.close()
    }
  } catch (thrown) {
    error = thrown
  }
  trials.add(...stage.judge({ operation, error, forgets }).map((loss) => `${what}, ${operation}: ${loss}`))
  return error
}

method('each operation on a baseline that is whole', undefined, async (trials) => {
  const stage = await scene()
  for (const operation of Object.keys(OPERATIONS)) await attempt(stage, trials, operation, 'nothing damaged', () => {})
})


method('a bit of the baseline flipped, anywhere', undefined, async (trials) => {
  const random = seeded('bits')
  const stage = await scene()
  // Half of the file is nothing; what is something is more likely to do harm.
  const used = [...stage.bytes.keys()].filter((offset) => stage.bytes[offset] !== 0)
  const count = amount(100, 1_500)
  for (let index = 0; index < count; index++) {
    const among = (length: number): number => Math.floor(((index + random()) / count) * length)
    const offset = random() < 0.8 ? used[among(used.length)]! : among(stage.bytes.length)
    const bit = Math.floor(random() * 8)
    await attempt(stage, trials, QUICK[Math.floor(random() * QUICK.length)]!, `bit ${bit} of byte ${offset}`, () => {
      const bytes = Buffer.from(stage.bytes)
      bytes[offset]! ^= 1 << bit
      writeFileSync(stage.baseline, bytes)
    })
  }
})

method('the baseline cut at a page, or anywhere', undefined, async (trials) => {
  const random = seeded('cuts')
  const stage = await scene()
  const { length } = stage.bytes
  const pages = Array.from({ length: length / 16_384 }, (_, index) => index * 16_384)
  const cuts = [...pages, ...Array.from({ length: amount(8, 150) }, () => Math.floor(random() * length)), 1, 16, 100]
  for (const [index, cut] of cuts.entries()) {
    await attempt(stage, trials, QUICK[index % QUICK.length]!, `cut at ${cut}`, () => writeFileSync(stage.baseline, stage.bytes.subarray(0, cut)))
  }
})

/** What SQLite cannot know to be wrong: one value or another, of the right kind or not. */
const VALUES: readonly string[] = [
  `update entries set digest = substr(digest, 2) || substr(digest, 1, 1)`,
  `update entries set digest = (select digest from entries other where other.path > entries.path union all select digest from entries limit 1)`,
  `update entries set digest = 'x'`,
  `update entries set settled = 1, mtime = mtime, digest = '${'0'.repeat(64)}'`,
  `update entries set size = size + 1`,
  `update entries set size = 0`,
  `update entries set size = -1`,
  `update entries set size = 1e15`,
  `update entries set size = 'NaN'`,
  `update entries set offset = offset + 7`,
  `update entries set offset = -3`,
  `update entries set pack = pack + 1`,
  `update entries set pack = 99`,
  `update entries set mtime = 0, inode = 0`,
  `update entries set source = '${'0'.repeat(64)}'`,
  `update entries set source = digest`,
  `update entries set key = '["north","page-000002"]'`,
  `update entries set key = '[]'`,
  `update entries set key = 'null'`,
  `update entries set key = '['`,
  `update entries set collection = 'cards'`,
  `update entries set collection = 'nobody'`,
  `update entries set collection = x'00ff'`,
  `update entries set path = '../canary.html' where path like '%page-000002%'`,
  `update entries set path = '../canary.html', digest = '8be8da19c22ed9a5c5d8a7b5fa5ec5f70a1ae1f6c4fb1d6ee3d0a84ad6ab1e41' where path like '%page-000002%'`,
  `update entries set path = '/etc/passwd' where path like '%page-000002%'`,
  `update entries set path = 'north/../../canary.html' where path like '%page-000002%'`,
  `update entries set path = 'north' where path like '%page-000002%'`,
  `update entries set path = 'north/page-000002.html' || char(0) where path like '%page-000002%'`,
  `update entries set path = 'north/' || path`,
  `update entries set path = 'x' where path like '%page-000000%'; update entries set path = 'north/page-000000.html' where path like '%page-000002%'`,
  `delete from entries`,
  `delete from entries where path like '%page-00001%'`,
  `update packs set bytes = zeroblob(length(bytes))`,
  `update packs set bytes = cast(replace(cast(bytes as text), 'lorem', 'LOREM') as blob)`,
  `update packs set bytes = substr(bytes, 2)`,
  `update packs set bytes = cast(bytes as text)`,
  `delete from packs`,
  `update accounts set live = 0`,
  `update accounts set live = 1, size = 100000000`,
  `update accounts set size = 'much'`,
  `delete from accounts`,
  `update history set path = 'north/page-000012.html'`,
  `update history set path = '../canary.html'`,
  `update history set key = '["north","page-000012"]'`,
  `update history set key = 'x'`,
  `update history set collection = 'cards'`,
  `update history set side = 'tree'`,
  `update history set side = 'store'`,
  `update history set before_digest = after_digest`,
  `update history set after_digest = before_digest`,
  `update history set after_digest = null`,
  `update history set before_digest = null`,
  `update history set before_offset = before_offset + 1, base_offset = 1`,
  `update history set before_size = -1`,
  `update history set base_pack = null`,
  `update history set rest = x'5b5d'`,
  `update history set operation = 1`,
  `delete from history`,
  `update operations set id = id + 5, records = 1000, bytes = -1`,
  `update operations set at = 'yesterday'`,
  `update operations set undone_by = null`,
  `delete from operations`,
  `update undecided set store = null, tree = null`,
  `update undecided set kind = 'none', code = 'none', message = ''`,
  `delete from undecided`,
  `insert or replace into undecided select path, 'hold', 'undone', '', digest, digest, 0 from entries`,
  `insert into merges select path, digest, digest, digest, digest from entries`,
  `update meta set value = '../elsewhere'`,
  `delete from meta`,
]

method('values of the baseline that are wrong, or not of their kind', undefined, async (trials) => {
  const stage = await scene()
  const random = seeded('values')
  for (const statements of VALUES) {
    const operations = LONG ? Object.keys(OPERATIONS) : QUICK.toSorted(() => random() - 0.5).slice(0, 1)
    // History relies on what is in packs.
    if (!LONG && statements.includes('packs')) operations.push('export', 'import', 'sync, prune and delete')
    for (const operation of operations) await attempt(stage, trials, operation, statements, () => sql(stage.baseline, statements))
  }
})

/** Databases that are others', newer, older, half of each. */
const SCHEMAS: readonly string[] = [
  ...[3, 99, 2_147_483_647, -1, 1, 0].map((version) => `pragma user_version = ${version}`),
  ...['entries', 'packs', 'accounts', 'history', 'operations', 'undecided', 'merges', 'meta'].map((table) => `drop table ${table}`),
  ...['entries', 'packs', 'accounts', 'history', 'operations', 'undecided', 'merges', 'meta'].map((table) => `drop table ${table}; create table ${table} (x)`),
  'drop index history_by_operation',
  'alter table entries drop column source',
  'alter table entries rename column digest to hash',
  'alter table history drop column rest',
  'alter table entries add column more text',
  'drop table entries; create view entries as select 1 as path',
  `create trigger t before insert on entries begin select raise(abort, 'no'); end`,
  'create trigger t after delete on entries begin delete from packs; end',
]

method('a baseline of another version, of another program, or with other tables', undefined, async (trials) => {
  const stage = await scene()
  for (const [index, statements] of SCHEMAS.entries()) {
    const operations = !LONG ? [0, 1, 2].map((shift) => QUICK[(index * 3 + shift) % QUICK.length]!) : Object.keys(OPERATIONS)
    for (const operation of operations) {
      const error = await attempt(stage, trials, operation, statements, () => sql(stage.baseline, statements))
      const isNewer = /user_version = (?:3|\d{2,})$/.test(statements)
      if (isNewer && operation !== 'watch' && !(error instanceof RowtreeError && error.code === 'baseline-newer')) trials.add(`${statements}, ${operation}: it was not refused`)
    }
  }
})

/** What may stand where the baseline or the lock should, or beside them. */
const THINGS: Readonly<Record<string, (stage: Scene, path: string) => void>> = {
  'an empty file': (_, path) => writeFileSync(path, ''),
  'random bytes': (_, path) => writeFileSync(path, randomBytes(50_000)),
  'a text': (_, path) => writeFileSync(path, 'hello\n'.repeat(1_000)),
  'a directory': (_, path) => mkdirSync(path),
  'a full directory': (_, path) => mkdirSync(join(path, 'below'), { recursive: true }),
  'a link to nothing': (_, path) => symlinkSync('nothing.db', path),
  'a link to itself': (_, path) => symlinkSync(basename(path), path),
  'a link out of the way': (_, path) => symlinkSync('../tree/north/page-000002.html', path),
  'a database of others': (_, path) => sql(path, 'create table t (x); insert into t values (1)'),
  'nothing': () => {},
}

method('something else in the place of the baseline or of the lock', undefined, async (trials) => {
  const stage = await scene()
  for (const name of ['baseline.db', 'lock.db', 'baseline.db-journal', 'baseline.db-wal', 'lock.db-journal']) {
    for (const [index, [what, place]] of Object.entries(THINGS).entries()) {
      const operations = !LONG ? [QUICK[index % QUICK.length]!] : Object.keys(OPERATIONS)
      for (const operation of operations) {
        await attempt(stage, trials, operation, `${what} as ${name}`, () => {
          const path = join(dirname(stage.baseline), name)
          rmSync(path, { force: true })
          place(stage, path)
        })
      }
    }
  }
})

method('the journal of another database beside the baseline', undefined, async (trials) => {
  const stage = await scene()
  const journals = journalsOf(stage.bytes)
  for (const [index, operation] of QUICK.entries()) {
    const [end, bytes] = journals[index % journals.length]!
    await attempt(stage, trials, operation, `a foreign ${end}`, () => writeFileSync(stage.baseline + end, bytes))
  }
})

/** A hot rollback journal, and a write-ahead log, of a database whose pages are as large. */
function journalsOf(bytes: Buffer): [end: string, bytes: Buffer][] {
  return ['-journal', '-wal'].map((end) => {
    const path = join(temporaryDirectory(), 'other.db')
    writeFileSync(path, bytes)
    const db = new DatabaseSync(path)
    onTestFinished(() => db.close())
    db.exec(`pragma journal_mode = ${end === '-wal' ? 'wal' : 'delete'}; pragma cache_size = 1; pragma cache_spill = 1; begin`)
    db.exec(`update entries set digest = '${'1'.repeat(64)}'; update packs set bytes = zeroblob(60000); delete from history`)
    if (end === '-wal') db.exec('commit')
    return [end, readFileSync(path + end)]
  })
}

method('an older copy of the baseline, as from a backup', undefined, async (trials) => {
  const stage = await scene()
  for (const [age, bytes] of stage.older.entries()) {
    for (const operation of !LONG ? QUICK : Object.keys(OPERATIONS)) {
      await attempt(stage, trials, operation, `copy ${age}`, () => writeFileSync(stage.baseline, bytes))
    }
  }
})
