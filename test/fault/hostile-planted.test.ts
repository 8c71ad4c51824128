import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import type { Answer } from '../support/faults/actor.ts'
import { type Actor, startActor } from '../support/faults/acting.ts'
import { amount, method } from '../support/method.ts'
import { type Project, project, stateOf } from '../support/project.ts'
import { cacheOfNobody, IS_ROOT, NOBODY } from '../support/script.ts'
import { samplePages, sql } from '../support/tables.ts'

/** What a hostile neighbour puts into a place; `victim` is a directory outside with a file. */
type Plant = (path: string, victim: string) => void | Promise<void>

const PLANTS: Readonly<Record<string, Plant>> = {
  'a symlink to a file outside': (path, victim) => symlinkSync(join(victim, 'file'), path),
  'a symlink to a directory outside': (path, victim) => symlinkSync(victim, path),
  'a symlink to nothing outside': (path, victim) => symlinkSync(join(victim, 'new'), path),
  'a symlink to itself': (path) => symlinkSync(path.slice(path.lastIndexOf('/') + 1), path),
  'a FIFO': (path) => void execFileSync('mkfifo', [path]),
  'a socket': (path) => new Promise((resolve) => {
    const server = createServer().listen(path, resolve)
    onTestFinished(() => void server.close())
  }),
  'a directory': (path) => mkdirSync(path),
  'a directory with a file': (path) => {
    mkdirSync(path)
    writeFileSync(join(path, 'theirs'), 'theirs')
  },
  'a hard link to a file outside': (path, victim) => linkSync(join(victim, 'file'), path),
  'an empty file': (path) => writeFileSync(path, ''),
  'bytes': (path) => writeFileSync(path, 'no database, and no rules: \0\u00FF'),
  'a sparse file of 10 GB': (path) => {
    writeFileSync(path, '')
    truncateSync(path, 10_000_000_000)
  },
}

const DEVICES: Readonly<Record<string, Plant>> = {
  'an endless device': (path) => void execFileSync('mknod', [path, 'c', '1', '5']),
  'a device that is always full': (path) => void execFileSync('mknod', [path, 'c', '1', '7']),
  'a block device': (path) => void execFileSync('mknod', [path, 'b', '7', '99']),
}

const KINDS = Object.entries({ ...PLANTS, ...(IS_ROOT && DEVICES) })

/** Places in a project. */
const TARGETS = ['tree/north/page-000000.html', 'tree/north/new.html', 'tree/north']
const OWN = ['.rowtree/baseline.db', '.rowtree/baseline.db-journal', '.rowtree/lock.db', '.rowtree/lock.db-journal', '.rowtree', 'tree/.rowtreeignore', 'tree/north/.rowtree-1-1-0-0-0.tmp', 'tree/north/page-000000.html.rowtree-merge', 'tree']

/** A deadline in milliseconds: what hangs does so for ever. */
const PATIENCE = 60_000

async function tell(actor: Actor, place: Project, operation: 'export' | 'import' | 'sync' | 'status', options: object): Promise<Answer | undefined | 'hangs'> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<'hangs'>((resolve) => (timer = setTimeout(resolve, PATIENCE, 'hangs')))
  const answer = actor.tell({ do: 'operate', directory: place.directory, operation, options: { workers: 0, ...options } })
  const outcome = await Promise.race([answer, deadline])
  clearTimeout(timer)
  return outcome
}

function victimOf({ at }: Project): string {
  const victim = at('victim')
  mkdirSync(victim)
  writeFileSync(join(victim, 'file'), 'the victim\n')
  chmodSync(join(victim, 'file'), 0o640)
  return victim
}

/** All bytes of the database. */
const rowsOf = (database: string): string => readFileSync(database, 'latin1')

for (const [name, places] of [['files and directories of the tree', TARGETS], ['rowtree\'s own files', OWN]] as const) {
  method(`Planted in place of ${name}: symlinks, FIFOs, sockets, devices, hard links, sparse files`, process.platform === 'linux' ? undefined : 'needs Linux', async (trials) => {
    const actor = await startActor()
    // The tree and the state may be symlinks to directories: a person chose where they are.
    const all = places.flatMap((path) => KINDS.map((kind) => [path, ...kind] as const)).filter(([path, what]) => !(['tree', '.rowtree'].includes(path) && what === 'a symlink to a directory outside'))
    // Spread over all of them in the short form.
    for (const [path, what, plant] of all.filter((_, index) => index % amount(name.startsWith('files') ? 4 : 8, 1) === 0)) {
      const place = project(samplePages(6))
      await tell(actor, place, 'export', {})
      const victim = victimOf(place)
      const before = stateOf(victim)
      rmSync(place.at(path), { recursive: true, force: true })
      mkdirSync(dirname(place.at(path)), { recursive: true })
      await plant(place.at(path), victim)
      const planted = lstatSync(place.at(path))
      sql(place.database, "update pages set body = body || 'row' where slug = 'page-000000'; insert into pages values ('north', 'new', 'new')")
      const losses: string[] = []
      for (const [operation, options] of [['status', {}], ['import', { force: true }], ['export', { force: true }], ['sync', { delete: true, prune: true }]] as const) {
        const answer = await tell(actor, place, operation, options)
        if (answer === 'hangs') throw new Error(`${operation} hangs on ${what} in place of ${path}`)
        if (answer === undefined) throw new Error(`${operation} dies of ${what} in place of ${path}`)
        if (!answer.ok && answer.error?.code === undefined) losses.push(`${operation} on ${what} in place of ${path} fails with ${answer.error?.stack}`)
        if (JSON.stringify(stateOf(victim)) !== JSON.stringify(before)) losses.push(`${operation} through ${what} in place of ${path} changed what is outside: ${readdirSync(victim)}`)
        const now = existsSync(dirname(place.at(path))) ? lstatSync(place.at(path), { throwIfNoEntry: false }) : undefined
        const isTheirs = !planted.isFile() && !path.endsWith('.tmp') && !planted.isDirectory()
        if (isTheirs && now?.ino !== planted.ino) losses.push(`${operation} took ${what} away that was in place of ${path}`)
        if (rowsOf(place.database).includes('the victim') && !what.startsWith('a hard link')) losses.push(`${operation} took the victim's content through ${what} in place of ${path}`)
      }
      trials.add(...losses)
      rmSync(place.directory, { recursive: true, force: true })
    }
  })
}

method('Planted files with setuid bits, sticky bits, no permissions, replaced by root and by another user', IS_ROOT ? undefined : 'needs root', async (trials) => {
  const cache = cacheOfNobody()
  for (const [mode, isRoot] of [[0o4755, true], [0o2755, true], [0o000, true], [0o1644, true], [0o4755, false], [0o6777, false], [0o644, false]] as const) {
    const place = project(samplePages(6))
    const file = place.at('tree/north/page-000000.html')
    await place.run(['export', '-q'])
    if (!isRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, place.directory])
    execFileSync('chown', ['1234:1234', file])
    chmodSync(file, mode)
    sql(place.database, "update pages set body = 'row' where slug = 'page-000000'")
    await place.run(['export', '-q'], isRoot ? {} : { uid: NOBODY, gid: NOBODY, env: { DENO_DIR: cache, NODE_COMPILE_CACHE: cache } })
    const { mode: now, uid } = statSync(file)
    const losses = readFileSync(file, 'utf8') === 'row' ? [] : [`a file of mode ${mode.toString(8)} does not hold its row`]
    if (isRoot !== (uid === 1234)) losses.push(`a file of mode ${mode.toString(8)} belongs to ${uid}`)
    if (!isRoot && (now & 0o6000) !== 0) losses.push(`who runs a content of the database with the mode ${(now & 0o7777).toString(8)} becomes whoever exported it`)
    if ((now & 0o777) !== (mode & 0o777)) losses.push(`a file of mode ${mode.toString(8)} has ${(now & 0o7777).toString(8)} now`)
    trials.add(...losses)
  }
})
