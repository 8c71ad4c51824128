import { closeSync, linkSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../../errors.ts'

/** How a filesystem replaces a file. */
export interface Renaming {
  /** Who had the file open goes on reading its old bytes. */
  readonly keepsOld: boolean
  /** The name has the new bytes. */
  readonly hasNew: boolean
  /** A second name for a file can be made; otherwise the system's reason. */
  readonly links: true | string
  /** Publishing under a name that is taken fails; `undefined` where there are no links. */
  readonly refusesTaken: boolean | undefined
}

/** Replaces a file while it is being read, and publishes under a name that is taken. */
export function probeRenaming(room: string): Renaming {
  const [target, temp, free] = ['target', 'temp', 'free'].map((name) => join(room, name)) as [string, string, string]
  writeFileSync(target, 'old')
  writeFileSync(temp, 'new')
  const reader = openSync(target, 'r')
  try {
    renameSync(temp, target)
    const renamed = { keepsOld: readFileSync(reader, 'utf8') === 'old', hasNew: readFileSync(target, 'utf8') === 'new' }
    writeFileSync(temp, 'newer')
    const links = linked(temp, free)
    return { ...renamed, links, refusesTaken: links === true ? linked(temp, target) === 'EEXIST' && readFileSync(target, 'utf8') === 'new' : undefined }
  } finally {
    closeSync(reader)
  }
}

function linked(from: string, to: string): true | string {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    return errnoOf(error) ?? 'an error without a name'
  }
}
