import { errnoOf, messageOf } from '../errors.ts'

/** What the system has run out of, and how it gets more of it. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the system allows no more watches; raise fs.inotify.max_user_watches (sysctl)',
  EMFILE: 'the system allows no more watchers or open files; raise fs.inotify.max_user_instances (sysctl) or the limit of open files (ulimit -n)',
  ENFILE: 'the system has too many files open; close other programs',
}

/** Deno has no code for its own words. */
const DENO_WATCHES = /file watch limit reached/i

/** A limit that keeps a tree from being watched. */
export interface Limit {
  readonly errno: string
  readonly message: string
}

/** The limit that an error of a watcher stands for; `undefined` for any other failure. */
export function limitOf(error: unknown, root: string): Limit | undefined {
  const errno = DENO_WATCHES.test(messageOf(error)) ? 'ENOSPC' : errnoOf(error)
  const remedy = errno === undefined ? undefined : REMEDIES[errno]
  return errno && remedy ? { errno, message: `Cannot watch ${root}: ${remedy}; until then all its files are looked at again and again` } : undefined
}
