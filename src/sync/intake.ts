import { join } from 'node:path'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { PathIndex } from '../core/collisions.ts'
import { isForeign } from '../core/droppings.ts'
import { misplacedVerdict } from '../core/guards.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { Chunk, Finding } from '../store/store.ts'
import type { Directories } from '../tree/directories.ts'
import { asFatal, fatalError } from '../tree/failure.ts'
import { parentOf } from '../tree/obstacle.ts'
import { ignoresCase, isSpelledOtherwise } from '../tree/spelling.ts'
import { lstatBelow } from '../tree/stat.ts'
import type { Problem, Row } from '../types.ts'
import type { Agenda } from './agenda.ts'
import type { Clash } from './clashes.ts'
import type { Item, Packed, Packer } from './packing.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import type { Tally } from './tally.ts'
import { inWordsOf } from './words.ts'

/** Where what is taken in goes. */
export interface IntakeTargets {
  readonly packer: Packer
  /** Makes the directories that files are written into. */
  readonly directories: Directories
  /** Only looks at directories. */
  readonly places: Directories
  /** The paths of all rows. */
  readonly index: PathIndex
  readonly tally: Tally
  readonly agenda: Agenda
  readonly submit: (packed: Packed) => Promise<void>
}

/** A row on its way into a job; without content there is no row. */
interface Candidate extends Pick<Item, 'collection' | 'key' | 'path' | 'binary' | 'source'> {
  readonly content: Row['content'] | undefined
}

const CHUNK = 500

/** Takes in what is on either side of each path, refuses what cannot take part, and packs the rest into jobs. */
export class Intake {
  readonly clashes: Clash[] = []
  readonly #ports: CyclePorts
  readonly #plan: CyclePlan
  readonly #targets: IntakeTargets
  /** All that the baseline knows, once a path was asked for that may be spelled otherwise. */
  #known: PathIndex | undefined

  constructor(ports: CyclePorts, plan: CyclePlan, targets: IntakeTargets) {
    this.#ports = ports
    this.#plan = plan
    this.#targets = targets
  }

  /** Takes in rows as the store reads them. */
  async rows(chunk: Chunk): Promise<void> {
    const { tally, index } = this.#targets
    for (const problem of chunk.problems) {
      // A row without a sound key has no path, and its problem names the collection instead.
      const placed = problem.code !== 'null-key' && problem.code !== 'unsupported-key'
      if (placed && !this.#plan.scope(problem.path)) continue
      // The row exists although it cannot be exported: its file is no orphan.
      if (placed) index.add(problem.path)
      tally.problems.push(problem)
    }
    tally.rows += chunk.rows.length
    await this.#pack(this.#worded(chunk.rows.filter((row) => this.#accepts(row) && this.#isFirst(row))))
  }

  /** Takes in what no row was read for: entries of the baseline, and files of the tree. */
  async leftovers(entries: Iterable<string>, files: readonly string[]): Promise<void> {
    const { index } = this.#targets
    let chunk: string[] = []
    const known = new Set<string>()
    for (const path of entries) {
      if (index.has(path) || !this.#plan.scope(path)) continue
      known.add(path)
      if (chunk.push(path) === CHUNK) await this.#orphans(chunk.splice(0))
    }
    await this.#orphans(chunk)
    chunk = []
    for (const path of files) {
      if (index.has(path) || known.has(path) || isForeign(path, this.#plan.suffix)) continue
      if (chunk.push(path) === CHUNK) await this.paths(chunk.splice(0))
    }
    if (chunk.length > 0) await this.paths(chunk)
  }

  /** Takes in single paths, whatever is there. */
  async paths(paths: readonly string[]): Promise<void> {
    const { store, baseline } = this.#ports
    for (let start = 0; start < paths.length; start += CHUNK) {
      const some = paths.slice(start, start + CHUNK).filter((path) => this.#plan.scope(path))
      const findings = await store.find(some)
      const entries = baseline.find(some)
      const rows: Row[] = []
      const rest: Candidate[] = []
      for (const [position, path] of some.entries()) {
        const finding = findings[position]!
        if (finding.kind === 'row') rows.push(finding.row)
        else rest.push(...this.#rowless(path, finding, entries.get(path)))
      }
      this.#targets.tally.rows += rows.length
      await this.#pack([...this.#worded(rows.filter((row) => this.#accepts(row))), ...rest])
    }
  }

  /** Submits what is packed so far. */
  async flush(): Promise<void> {
    const packed = this.#targets.packer.take()
    if (packed) await this.#targets.submit(packed)
  }

  async #orphans(paths: readonly string[]): Promise<void> {
    await this.#pack([...this.#ports.baseline.find(paths).values()].map(orphan))
  }

  #rowless(path: string, finding: Exclude<Finding, { kind: 'row' }>, entry: BaselineEntry | undefined): Candidate[] {
    const { tally, agenda } = this.#targets
    if (this.#plan.reserved(path)) return []
    if (finding.kind === 'problem') {
      tally.problems.push(finding.problem)
      return []
    }
    if (finding.kind === 'vacant') {
      const { collection, key, binary } = finding
      const candidate: Candidate = { collection, key, path, binary, source: '', content: undefined }
      return entry || this.#hasNoTwin(path) ? [candidate] : []
    }
    if (entry) return [orphan(entry)]
    const { root } = this.#ports
    try {
      if (!lstatBelow(join(root, path))) agenda.nothing.push(path)
      else if (finding.kind === 'misplaced') {
        agenda.deferrals.push({ kind: 'hold', problem: { path, ...misplacedVerdict(path, finding.belongs) }, store: undefined, tree: undefined })
      } else agenda.untracked.push(path)
    } catch (error) {
      tally.problems.push(unreadFile(root, path, error))
    }
    return []
  }

  /** Whether no known path is the file of this one, by another spelling; else that is told, or the other one answers for it. */
  #hasNoTwin(path: string): boolean {
    const { tally, index } = this.#targets
    const { root } = this.#ports
    try {
      const earlier = index.add(path) ?? this.#spelledLike(path)
      if (earlier === undefined || earlier === path) return true
      // One file by two spellings: whoever has it by the other one answers for it.
      if (isSpelledOtherwise(root, earlier)) return false
      const message = `Cannot import ${path}: its path differs only in case or Unicode form from ${earlier}; rename one of them`
      tally.problems.push({ path, code: 'path-collision', message })
    } catch (error) {
      tally.problems.push(unreadFile(root, path, error))
    }
    return false
  }

  /** The known path that is this file by another spelling. A cycle of few paths has not seen those of all rows. */
  #spelledLike(path: string): string | undefined {
    const { root, baseline } = this.#ports
    if (!this.#plan.paths || !ignoresCase(root, path)) return undefined
    if (!this.#known) {
      this.#known = new PathIndex()
      for (const other of baseline.paths()) this.#known.add(other)
    }
    return this.#known.add(path)
  }

  /** Structured rows take the words of their files. */
  #worded(rows: readonly Row[]): Candidate[] {
    const { root, baseline } = this.#ports
    const structured = rows.filter((row) => row.structured)
    const entries = structured.length > 0 ? baseline.find(structured.map(({ path }) => path)) : undefined
    return rows.flatMap((row): Candidate[] => {
      const { collection, key, path, content } = row
      const binary = typeof content !== 'string'
      if (!row.structured) return [{ collection, key, path, binary, source: '', content }]
      try {
        return [{ collection, key, path, binary, ...inWordsOf(root, baseline, entries?.get(path), row) }]
      } catch (error) {
        this.#targets.tally.problems.push(unreadFile(root, path, error))
        return []
      }
    })
  }

  #accepts(row: Row): boolean {
    const { tally } = this.#targets
    if (!this.#plan.scope(row.path)) return false
    if (this.#plan.reserved(row.path)) {
      const message = `${this.#ports.store.describe(row)} is not exported: ${row.path} belongs to rowtree itself; choose another path pattern or tree`
      tally.problems.push({ path: row.path, code: 'path-reserved', message })
      return false
    }
    return true
  }

  /** Of several rows with one path only the first takes part. */
  #isFirst(row: Row): boolean {
    const { index } = this.#targets
    const earlier = index.add(row.path)
    if (earlier !== undefined) this.clashes.push({ earlier, later: { collection: row.collection, key: row.key, path: row.path } })
    return earlier === undefined
  }

  async #pack(candidates: readonly Candidate[]): Promise<void> {
    const { packer, submit, tally } = this.#targets
    // Two threads that write into one directory wait for each other: keep a directory's rows together.
    for (const [directory, group] of Map.groupBy(candidates, ({ path }) => parentOf(path))) {
      for (const { content, ...candidate } of group) {
        const { fresh, obstacle } = this.#prepare(directory, content !== undefined)
        if (obstacle) {
          tally.problems.push({ path: candidate.path, ...obstacle })
          if (content === undefined) this.#loseRow(candidate.path)
          continue
        }
        const packed = packer.add({ ...candidate, directory, fresh, rowless: content === undefined }, content ?? '')
        if (packed) await submit(packed)
      }
    }
  }

  /** Its file is out of reach, but that its row is gone counts all the same. */
  #loseRow(path: string): void {
    const entry = this.#ports.baseline.find([path]).get(path)
    if (entry) this.#targets.agenda.lose(entry, false, true)
  }

  #prepare(directory: string, hasRow: boolean): ReturnType<Directories['prepare']> {
    const { directories, places } = this.#targets
    try {
      return (hasRow && this.#plan.licence.direction !== 'import' ? directories : places).prepare(directory)
    } catch (error) {
      const fatal = asFatal(error, `${this.#ports.root}/${directory}`)
      throw fatal ? fatalError(fatal) : error
    }
  }
}

/** The value for a file that could not be read; a failure that is not this file's own is thrown. */
function unreadFile(root: string, path: string, error: unknown): Problem {
  const fatal = asFatal(error, join(root, path))
  if (fatal) throw fatalError(fatal)
  const errno = errnoOf(error)
  if (errno === undefined) throw error
  return { path, code: 'read-failed', message: `Cannot read ${path}: ${messageOf(error)}`, errno }
}

function orphan({ collection, key, path }: BaselineEntry): Candidate {
  return { collection, key: JSON.parse(key) as string[], path, binary: false, source: '', content: undefined }
}
