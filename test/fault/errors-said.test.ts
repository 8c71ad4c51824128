import { expect, it } from 'vitest'
import { type Actor, startActor } from '../support/faults/acting.ts'
import type { Answer } from '../support/faults/actor.ts'
import { CAN_INJECT, Faults, type Order } from '../support/faults/index.ts'
import { CONFIG, project, tempsBelow } from '../support/project.ts'
import { samplePages } from '../support/tables.ts'

interface Case {
  readonly operation: 'export' | 'status'
  readonly fsync: 'off' | 'batch' | 'file'
  readonly order: Omit<Order, 'root'>
  /** The answer's error; `undefined`: the operation goes on. */
  readonly said: readonly [code: string, message: RegExp] | undefined
}

const DISK = 'the disk reported an input/output error; check the disk'

const CASES: Readonly<Record<string, Case>> = {
  'a directory that cannot be flushed': {
    operation: 'export',
    fsync: 'file',
    order: { name: '/tree', calls: ['fsync'], fault: 'EIO' },
    said: ['io-error', new RegExp(`^Cannot write .*/tree: ${DISK}$`)],
  },
  'a filesystem that cannot be flushed': {
    operation: 'export',
    fsync: 'batch',
    // The first one is for the tree's own directory, which is new.
    order: { name: '/tree', calls: ['fsync'], at: 2, fault: 'EIO' },
    said: ['io-error', new RegExp(`^Cannot finish at .*/tree: ${DISK}$`)],
  },
  'a filesystem whose quota shows when it is flushed': {
    operation: 'export',
    fsync: 'batch',
    // The first one is for the tree's own directory, which is new.
    order: { name: '/tree', calls: ['fsync'], at: 2, fault: 'EDQUOT' },
    said: ['disk-full', /^Cannot finish at .*\/tree: the quota is used up; make room and run it again$/],
  },
  // A failed look is no "there is none": the status would show every file as new.
  'a baseline that cannot be looked at': {
    operation: 'status',
    fsync: 'off',
    order: { name: '/.rowtree/baseline.db', calls: ['stat'], fault: 'EIO' },
    said: ['io-error', new RegExp(DISK)],
  },
  'a state that takes no more files': { operation: 'export', fsync: 'off', order: { name: '-0.tmp', calls: ['open'], fault: 'EACCES' }, said: undefined },
  'a store that is one file too many': {
    operation: 'export',
    fsync: 'off',
    order: { name: '/site.sqlite', calls: ['open'], fault: 'EMFILE' },
    said: ['store-unreadable', /it cannot be opened\. Check its permissions, the disk, and how many files may be open \(ulimit -n\)$/],
  },
}

it.skipIf(!CAN_INJECT)('says what a person can do about what the system refuses (needs Linux and a C compiler)', async () => {
  const faults = new Faults()
  const actor = await startActor(faults.env)
  for (const [name, one] of Object.entries(CASES)) {
    const { error } = await strike(faults, actor, one)
    expect([name, error?.code, error?.message ?? '', error?.stack]).toEqual([name, one.said?.[0], expect.stringMatching(one.said?.[1] ?? /^$/), undefined])
  }
})

async function strike(faults: Faults, actor: Actor, { operation, fsync, order }: Case): Promise<Answer> {
  const { directory } = project(samplePages(4), CONFIG.replace('fsync: off', `fsync: ${fsync}`))
  if (operation === 'status') await actor.tell({ do: 'operate', directory, operation: 'export' })
  faults.arm({ root: directory, at: 1, ...order })
  const answer = await actor.tell({ do: 'operate', directory, operation })
  expect(faults.counts().struck).toBeGreaterThan(0)
  faults.disarm()
  expect(tempsBelow(directory)).toEqual([])
  return answer!
}
