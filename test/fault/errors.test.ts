import { type Call, CAN_INJECT, type Fault, Faults, type Noted } from '../support/faults/index.ts'
import { LONG, method, type Trials } from '../support/method.ts'
import { Player } from './rehearsal.ts'
import { type Scene, SCENES } from './scenes.ts'
import { eachOnce, ERRORS, once, sample, type Strike, strikeAll } from './striking.ts'

const MISSING = CAN_INJECT ? undefined : 'needs Linux and a C compiler'

/** States of a disk or a process that last, and the calls that meet them. */
const LASTING: readonly { readonly fault: Fault; readonly calls: readonly Call[] }[] = [
  { fault: 'ENOSPC', calls: ['write', 'mkdir', 'link', 'rename'] },
  { fault: 'EDQUOT', calls: ['write', 'mkdir', 'link'] },
  { fault: 'EROFS', calls: ['rename', 'link', 'unlink', 'mkdir', 'rmdir', 'truncate', 'chmod', 'chown'] },
  { fault: 'EIO', calls: Object.keys(ERRORS) as Call[] },
  { fault: 'EIO', calls: ['read', 'write', 'fsync'] },
  { fault: 'EACCES', calls: ['open', 'list', 'stat'] },
  { fault: 'EMFILE', calls: ['open', 'list'] },
]

/** What tells whether there is a file, and what is in it. */
const LOOKING: ReadonlySet<Call> = new Set(['stat', 'open', 'read', 'close'])
const PAGE = /^tree\/\w+\/\w+\.html$/

for (const operation of ['export', 'import', 'sync', 'undo'] as const) {
  const scenes = SCENES.filter((scene) => scene.operation === operation)
  method(`An error at every system call of ${operation}`, MISSING, async (trials) => {
    await strikeEach(scenes, (calls) => (LONG ? once(calls) : sample(eachOnce(calls), 1, 1)), trials)
  })
  method(`Errors that last from any system call of ${operation} on`, MISSING, async (trials) => {
    await strikeEach(scenes, (calls) => sample(lasting(calls), 1, 40), trials)
  })
}

method('A look at a file of the tree that fails, amid an import or a sync that deletes', MISSING, async (trials) => {
  await strikeEach(
    SCENES.filter(({ name }) => /an import that edits|a sync with merges$/.test(name)),
    (calls) => sample(once(calls, ({ call, path }) => LOOKING.has(call) && PAGE.test(path)), 3, 100),
    trials,
  )
})

method('Only half of the bytes are taken, at every write', MISSING, async (trials) => {
  await strikeEach(SCENES, (calls) => [...sample(halves(calls, true), 1, 20), ...sample(halves(calls, false), 1, 20)], trials)
})

method('A flush that fails once', MISSING, async (trials) => {
  await strikeEach(SCENES.filter(({ fsync }) => fsync !== 'off'), (calls) => sample(once(calls, ({ call }) => call === 'fsync'), 2, 50), trials)
})

async function strikeEach(scenes: readonly Scene[], choose: (calls: readonly Noted[]) => readonly Strike[], trials: Trials): Promise<void> {
  const faults = new Faults()
  const player = new Player(faults.env)
  for (const scene of scenes) await strikeAll(scene, faults, player, choose, trials)
}

function lasting(calls: readonly Noted[]): Strike[] {
  return LASTING.flatMap((state) => {
    const matching = calls.filter(({ call }) => state.calls.includes(call)).length
    return Array.from({ length: matching }, (_, index) => ({ ...state, at: index + 1, times: 2 ** 31 }))
  })
}

/** Each write that fills a file of the tree, or all others. */
function halves(calls: readonly Noted[], inTree: boolean): Strike[] {
  return calls.flatMap(({ call, path }, index) => (call === 'write' && path.startsWith('tree/') === inTree ? [{ at: index + 1, fault: 'short' }] : []))
}
