import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import type { Remark } from '../doctor.ts'
import { VERSION } from '../version.ts'
import { count } from './figures.ts'

/** The oldest Node that has all that is used here. */
const NODE = [22, 22] as const

/** What runs rowtree. */
export function runtime(): Remark {
  const { deno, node = '' } = process.versions as { deno?: string; node?: string }
  return judgeRuntime({ deno, node, cores: availableParallelism() })
}

/** Whether this version of the runtime will do. */
export function judgeRuntime({ deno, node, cores }: { readonly deno?: string | undefined; readonly node: string; readonly cores: number }): Remark {
  const name = 'runtime'
  const title = deno === undefined ? `Node ${node}` : `Deno ${deno}`
  const message = `rowtree ${VERSION} on ${title}, ${count(cores, 'core')}`
  const measured = { rowtree: VERSION, runtime: title, cores }
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const isOld = deno === undefined && (major < NODE[0] || (major === NODE[0] && minor < NODE[1]))
  return isOld ? { name, status: 'fail', message: `${message}; rowtree needs Node ${NODE.join('.')} or newer`, remedy: 'install a newer Node', measured } : { name, status: 'ok', message, measured }
}

/** Each writer thread, each connection and each watched directory of some systems takes a few. */
const ENOUGH = 256

/** How many files may be open at once; nothing where the system does not tell. */
export function openFiles(): Remark[] {
  try {
    const limit = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return limit === undefined ? [] : [judgeOpenFiles(limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit))]
  } catch {
    // Only Linux has it.
    return []
  }
}

export function judgeOpenFiles(limit: number): Remark {
  const message = limit === Number.POSITIVE_INFINITY ? 'any number of open files' : `up to ${count(limit, 'open file')}`
  const measured = { limit: limit === Number.POSITIVE_INFINITY ? 'unlimited' : limit }
  return limit >= ENOUGH ? { name: 'open files', status: 'ok', message, measured } : { name: 'open files', status: 'warn', message, remedy: 'ulimit -n 1024', measured }
}
