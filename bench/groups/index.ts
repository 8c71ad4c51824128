import type { Group, GroupOf } from '../group.ts'
import type { Setting } from '../setting.ts'
import { changed } from './changed.ts'
import { durable } from './durable.ts'
import { exporting } from './export.ts'
import { importing } from './import.ts'
import { peak } from './memory.ts'
import { one } from './one.ts'
import { rescan } from './rescan.ts'
import { rows } from './rows.ts'
import { servers } from './servers.ts'
import { startup } from './startup.ts'
import { status } from './status.ts'
import { unchanged } from './unchanged.ts'
import { watching } from './watch.ts'
import { flushing, writing } from './writing.ts'

/** All groups, in the order in which they run and are told. */
const GROUPS: readonly GroupOf[] = [exporting, rows, unchanged, changed, durable, writing, flushing, importing, one, status, watching, rescan, peak, startup, servers]

export function groupsFor(setting: Setting): Group[] {
  return GROUPS.map((group) => group(setting))
}

/**
 * Those that a person asked for, each by its name.
 *
 * @throws where there is none of a name
 */
export function chosen(groups: readonly Group[], names: readonly string[]): readonly Group[] {
  const known = groups.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`Cannot measure ${unknown}: there is no such group; name some of ${known.join(', ')}`)
  return names.length === 0 ? groups : groups.filter(({ name }) => names.includes(name))
}
