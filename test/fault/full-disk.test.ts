import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { amount, LONG, method, SEED, type Trials } from '../support/method.ts'
import { bindMount, CAN_MOUNT, leaveRoom, mountTmpfs, unmountFrom } from '../support/mounts.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { Player, Rehearsal } from './rehearsal.ts'
import { type Scene, SCENES } from './scenes.ts'

const MISSING = CAN_MOUNT ? undefined : 'needs root and mount'

/** What lies on the disk that is full, as directories of the project. */
const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  'under the tree': ['tree'],
  'under the state': ['.rowtree'],
  'under the tree and the state': ['tree', '.rowtree'],
  'under the store, the tree and the state': ['.'],
}

const ROOMS = { pages: 'A disk that gets full, in steps of 4 KB,', files: 'A disk that runs out of inodes' } as const

for (const [layout, places] of Object.entries(LAYOUTS)) {
  for (const what of ['pages', 'files'] as const) {
    method(`${ROOMS[what]} ${layout}`, MISSING, async (trials) => {
      const player = new Player()
      for (const scene of scenesOf(layout)) await fill(scene, player, places, what, trials)
    })
  }
}

/** One of those that replace files, and one other, or in the long run all under the tree; contents fill several pages, so that a disk can be full amid one. */
function scenesOf(layout: string): readonly Scene[] {
  const bulky = SCENES.map((scene) => ({ ...scene, bulk: 10_000 }))
  if (LONG && layout === 'under the tree') return bulky
  const replacing = ['an export by force', 'an undo of a sync', 'a sync with merges that flushes']
  const index = Object.keys(LAYOUTS).indexOf(layout)
  return [bulky.find(({ name }) => name === replacing[index % replacing.length])!, bulky[(SEED + index) % bulky.length]!].slice(0, layout === 'under the tree' ? 1 : 2)
}

/** Leaves room for nothing at first, then for more and more, until the operation does not notice any more. */
async function fill(scene: Scene, player: Player, places: readonly string[], what: 'pages' | 'files', trials: Trials): Promise<void> {
  const disk = mountTmpfs(1 << 28)
  const project = join(temporaryDirectory(), 'project')
  for (const place of places) {
    const [from, to] = [join(disk, place), join(project, place)]
    for (const directory of [from, to]) mkdirSync(directory, { recursive: true })
    bindMount(from, to)
  }
  const rehearsal = await Rehearsal.begin(scene, project, player, trials)
  // A file that a full disk cut short is seen where it is the last one that is written: at one page less than all need.
  const step = amount(what === 'files' ? 8 : places.join() === 'tree' ? 8 : 80, 1)
  for (let more = SEED % step, calm = 0; calm < 2; more += step) {
    const room = more
    const isNoticed = await rehearsal.try({
      title: `${scene.name} with room for ${room} more ${what}`,
      begin: () => leaveRoom(disk, what, room),
      end() {
        leaveRoom(disk, what, undefined)
        return { what: '' }
      },
    })
    calm = isNoticed ? 0 : calm + 1
  }
  for (const place of places) unmountFrom(join(project, place))
  unmountFrom(disk)
}
