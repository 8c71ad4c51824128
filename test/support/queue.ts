import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import process from 'node:process'

const LIMIT = '/proc/sys/fs/inotify/max_queued_events'

/** Whether the system's queue of file events can be made short, which takes root and Linux. */
export const CAN_SHORTEN_QUEUE: boolean = process.getuid?.() === 0 && existsSync(LIMIT) && isWritable(LIMIT)

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Whoever begins to watch while `work` runs gets a queue of so many file events: what is beyond is dropped by the system. The value
 * is the whole machine's, so a process of its own puts it back, as soon as we are done or dead; two that ask take turns.
 */
export async function withShortQueue<T>(events: number, work: () => Promise<T>): Promise<T> {
  const script = `exec 9<${LIMIT}; flock 9; before=$(cat ${LIMIT}); trap '' INT TERM HUP
    echo ${events} > ${LIMIT} && echo short; cat > /dev/null; echo $before > ${LIMIT}`
  const keeper = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const gone = new Promise((resolve) => keeper.on('close', resolve))
  await new Promise((resolve, reject) => {
    keeper.stdout.once('data', resolve)
    keeper.once('close', () => reject(new Error('Cannot shorten the queue: the keeper of its length ended')))
  })
  try {
    return await work()
  } finally {
    keeper.stdin.end()
    await gone
  }
}

/** How many file events the system keeps for a new watcher now. */
export function queueLength(): number {
  return Number(readFileSync(LIMIT, 'utf8'))
}
