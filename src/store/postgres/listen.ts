import { setTimeout as delay } from 'node:timers/promises'
import { backoff } from '../../core/backoff.ts'
import type { Watched } from '../database.ts'
import type { Client } from './driver.ts'
import { CHANNEL, TRIGGER } from './notify-sql.ts'

/** What is listened to. */
export interface Listening {
  readonly open: () => Promise<Client>
  /** The server's process that writes for us. */
  readonly own: () => number | undefined
  readonly watched: readonly Watched[]
  readonly onChange: () => void
}

/**
 * Listens for what the triggers of `notifySql` tell, on a connection of its own. When it is lost, `onChange` is called, and again as soon as a new one
 * listens: nobody told what happened in between.
 *
 * @returns what ends it; `undefined` where not each table has the trigger
 */
export async function listenTo({ open, own, watched, onChange }: Listening): Promise<(() => Promise<void>) | undefined> {
  const ending = new AbortController()
  const { signal } = ending
  let client: Client | undefined
  let told = false

  /** Many notifications of one moment are one change. */
  function tell(): void {
    if (told || signal.aborted) return
    told = true
    setImmediate(() => {
      told = false
      if (!signal.aborted) onChange()
    })
  }

  /** Gives whether it listens now. */
  async function listen(): Promise<boolean> {
    const next = await open()
    try {
      const { rows } = await next.query({ text: UNTOLD, values: [watched.map(({ table }) => nameOf(table))] })
      if (rows.length > 0) {
        await next.end()
        return false
      }
      const names = await next.query({ text: NAMES, values: [watched.map(({ table }) => nameOf(table))] })
      const tables = new Set((names.rows as { name: string }[]).map(({ name }) => name))
      next.on('notification', ({ processId, payload }) => {
        if (processId !== own() && (payload === undefined || tables.has(payload))) tell()
      })
      next.on('end', () => {
        if (client === next) lost()
      })
      next.on('error', () => {
        if (client === next) lost()
      })
      await next.query({ text: `listen ${CHANNEL}` })
      client = next
      if (signal.aborted) await next.end()
      return true
    } catch (error) {
      await next.end()
      throw error
    }
  }

  function lost(): void {
    client = undefined
    tell()
    void again()
  }

  async function again(): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      // Ended by `stop`, which is no failure.
      await delay(backoff(failures), undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      try {
        const listens = await listen()
        tell()
        if (listens) return
      } catch {
        // Whoever asks the server something gets to know what is wrong with it. Here only the next attempt matters.
        tell()
      }
    }
  }

  if (!(await listen())) return undefined
  return async () => {
    ending.abort()
    const last = client
    client = undefined
    await last?.end()
  }
}

/** Quoted, for `to_regclass`. */
export function nameOf(table: string): string {
  return table.split('.').map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}

/**
 * The tables that do not tell of each change: without the trigger for inserts, deletions, updates and truncations (bits 4, 8, 16, 32), or with it
 * switched off; and those whose rows may be changed through another table, whose triggers fire then.
 */
export const UNTOLD: string = `
  select name from unnest($1::text[]) as name
  where not exists (
    select from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
    where t.tgrelid = to_regclass(name) and t.tgname = '${TRIGGER}' and t.tgenabled in ('O', 'A') and t.tgtype & 60 = 60 and c.relkind = 'r')
  or exists (select from pg_catalog.pg_inherits where inhparent = to_regclass(name))`

/** How the triggers name the tables. */
const NAMES = `
  select n.nspname || '.' || c.relname as name from unnest($1::text[]) as watched
    join pg_catalog.pg_class c on c.oid = to_regclass(watched) join pg_catalog.pg_namespace n on n.oid = c.relnamespace`
