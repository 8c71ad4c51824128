import { shellWord } from '../core/remedy.ts'
import type { Remark } from '../doctor.ts'
import { messageOf } from '../errors.ts'
import type { Mount } from '../tree/probes/mount.ts'
import { bytes } from './figures.ts'
import { remedyFor } from './refusal.ts'
import type { Place, Subject } from './subject.ts'

/** What others change in these is not told to this machine. */
const REMOTE = /^(?:nfs|cifs|smb|9p|afs|ceph|gluster|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|v9fs|lustre|fuse\.(?!fuse-overlayfs|ntfs|exfat|lxcfs))/

/** Whether a filesystem is on another machine, or belongs to the host of this one. */
export function isRemote(type: string | undefined): boolean {
  return type !== undefined && REMOTE.test(type)
}

/** Which filesystem the tree is on, and how much room it has. */
export function filesystem({ config }: Subject, { root, ground, mount }: Place): Remark {
  if (mount instanceof Error) {
    const message = `${ground} is on a filesystem that does not answer: ${messageOf(mount)}; nothing is tried out there`
    return { name: 'filesystem', status: 'fail', message, remedy: remedyFor(mount) ?? 'mount it again, or look at the server that it is on' }
  }
  const remark = judgeFilesystem(mount)
  return root === undefined ? { ...remark, message: `${remark.message} (of ${ground}, the nearest directory to ${config.tree})` } : remark
}

const LITTLE = 0.05

/** What a filesystem's kind, mode and room mean. */
export function judgeFilesystem({ type = 'of an unknown kind', place, readOnly, size, free, files }: Mount): Remark {
  const name = 'filesystem'
  const room = size === 0 ? '' : `, ${bytes(free)} of ${bytes(size)} free`
  const names = files === undefined ? '' : `, room for ${files.free.toLocaleString('en-US')} files`
  const message = `${type}${isRemote(type) ? ' (remote)' : ''}${room}${names}`
  const measured = { type, readOnly, size, free, ...(files && { files: files.most, filesFree: files.free }) }
  if (readOnly) return { name, status: 'fail', message: `${message}, mounted read-only`, remedy: `mount -o remount,rw ${place === undefined ? 'it' : shellWord(place)}; until then nothing can be exported`, measured }
  if (size > 0 && free === 0) return { name, status: 'fail', message, remedy: 'make room', measured }
  if (files?.free === 0) return { name, status: 'fail', message, remedy: 'remove files: the filesystem has no inodes left', measured }
  if (size > 0 && free / size < LITTLE) return { name, status: 'warn', message, remedy: 'make room: an export stages files beside the old ones', measured }
  if (files && files.free / files.most < LITTLE) return { name, status: 'warn', message, remedy: 'remove files: the filesystem has few inodes left', measured }
  return { name, status: 'ok', message, measured }
}
