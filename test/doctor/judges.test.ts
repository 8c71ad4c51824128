import { describe, expect, it } from 'vitest'
import type { Remark } from '../../src/index.ts'
import { judgeBaseline } from '../../src/doctor/baseline.ts'
import { bytes, count, span } from '../../src/doctor/figures.ts'
import { isRemote, judgeFilesystem } from '../../src/doctor/filesystem.ts'
import { judgeFlushing } from '../../src/doctor/flushing.ts'
import { judgeOpenFiles, judgeRuntime } from '../../src/doctor/machine.ts'
import { judgeNaming } from '../../src/doctor/naming.ts'
import { judgeRenaming } from '../../src/doctor/renaming.ts'
import { holdsPassword, judgeSecret } from '../../src/doctor/settings.ts'
import { judgeState } from '../../src/doctor/state.ts'
import { judgeTemps } from '../../src/doctor/temps.ts'
import { judgeTiming } from '../../src/doctor/timing.ts'
import { judgeWatches, judgeWatching } from '../../src/doctor/watching.ts'
import { connectionOf } from '../../src/store/examine.ts'
import { versionOf } from '../../src/store/mysql/examine.ts'

/** A remark in a line. */
function said(remarks: Remark | readonly Remark[]): string {
  return [remarks].flat().map(({ status, message, remedy }) => [status, message, remedy].filter((part) => part !== undefined).join(' | ')).join('\n')
}

const MOUNT = { type: 'ext4', place: '/my disk', readOnly: false, size: 100e9, free: 50e9, files: { most: 1_000, free: 900 } }
const NAMES = { caseless: false, normalizing: false, faithful: true, longest: 255, countsBytes: true }
const RENAMING = { keepsOld: true, hasNew: true, links: true, refusesTaken: true } as const
const STATE = { path: '/srv/.rowtree', mode: 0o700, own: true, inTree: false, together: true, refused: undefined, tracking: 'none' } as const
const BASELINE = { version: 2, old: false, size: 180_224, entries: 9, compared: 9, damage: [], conflicts: 0, holds: 0, operations: 0, kept: 0 }
const SECRET = { file: '/srv/rowtree.yaml', secret: true, mode: 0o600, tracking: 'none' } as const
const LIMITS = { watches: 8_192, instances: 128, events: 16_384 }

describe('judges', () => {
  it.each<[title: string, remarks: Remark | readonly Remark[], expected: RegExp]>([
    ['a new Node', judgeRuntime({ node: '22.22.0', cores: 2 }), /^ok \| rowtree \S+ on Node 22\.22\.0, 2 cores$/],
    ['an old Node', judgeRuntime({ node: '22.21.9', cores: 1 }), /^fail .*rowtree needs Node 22\.22 or newer \| install a newer Node$/],
    ['a Deno that calls itself an old Node', judgeRuntime({ deno: '2.9.5', node: '20.0.0', cores: 1 }), /^ok .*Deno 2\.9\.5, 1 core$/],
    ['many open files', judgeOpenFiles(1_024), /^ok \| up to 1,024 open files$/],
    ['few open files', judgeOpenFiles(64), /^warn .*64 open files \| ulimit -n 1024$/],
    ['no limit of open files', judgeOpenFiles(Number.POSITIVE_INFINITY), /^ok \| any number/],
    ['a usual filesystem', judgeFilesystem(MOUNT), /^ok \| ext4, 50 GB of 100 GB free, room for 900 files$/],
    ['a read-only one', judgeFilesystem({ ...MOUNT, readOnly: true }), /^fail .*mounted read-only \| mount -o remount,rw '\/my disk';/],
    ['a nearly full one', judgeFilesystem({ ...MOUNT, free: 4e9 }), /^warn .*4\.0 GB of 100 GB free.* \| make room/],
    ['a full one', judgeFilesystem({ ...MOUNT, free: 0 }), /^fail .* \| make room/],
    ['one with few inodes', judgeFilesystem({ ...MOUNT, files: { most: 1_000, free: 40 } }), /^warn .*inodes/],
    ['one without any inode left', judgeFilesystem({ ...MOUNT, files: { most: 1_000, free: 0 } }), /^fail .*room for 0 files \| remove files: the filesystem has no inodes left$/],
    ['one that counts neither', judgeFilesystem({ ...MOUNT, type: undefined, size: 0, free: 0, files: undefined }), /^ok \| of an unknown kind$/],
    ['a remote one', judgeFilesystem({ ...MOUNT, type: 'nfs4' }), /^ok \| nfs4 \(remote\)/],
    ['atomic renaming', judgeRenaming(RENAMING), /^ok \| atomic/],
    ['no links', judgeRenaming({ ...RENAMING, links: 'EPERM', refusesTaken: undefined }), /^warn .*no hard links \(EPERM\)/],
    ['a link over a name', judgeRenaming({ ...RENAMING, refusesTaken: false }), /^fail .*took a name/],
    ['readers that lose their file', judgeRenaming({ ...RENAMING, keepsOld: false }), /^warn .*other bytes/],
    ['a name that stays old', judgeRenaming({ ...RENAMING, hasNew: false }), /^fail .*does not show/],
    ['flushing', judgeFlushing({ file: 0.41, directory: 0.3, filesystem: 3.14 }), /^ok \| 0\.41 ms a file, 0\.3 ms a directory, 3\.1 ms a filesystem$/],
    ['no sync -f', judgeFlushing({ file: 0.4, directory: 0.3, filesystem: 'absent' }), /^ok .*each file is flushed by itself$/],
    ['directories that cannot be flushed', judgeFlushing({ file: 0.4, directory: 'EINVAL', filesystem: 3 }), /^warn \| a directory cannot be flushed \(EINVAL\)/],
    ['files that cannot be flushed', judgeFlushing({ file: 'EIO', directory: 1, filesystem: 3 }), /^fail \| a file cannot be flushed \(EIO\)/],
    ['a filesystem that cannot be flushed', judgeFlushing({ file: 1, directory: 1, filesystem: 'EIO' }), /^warn \| a filesystem .* \| export\.fsync: file$/],
    ['names', judgeNaming(NAMES), /^ok .*up to 255 bytes$/],
    ['caseless names', judgeNaming({ ...NAMES, caseless: true }), /^warn \| "A" and "a" are one name: .*path-collision/],
    ['normalized names', judgeNaming({ ...NAMES, normalizing: true }), /^warn \| "é" and/],
    ['short names', judgeNaming({ ...NAMES, longest: 143 }), /^warn \| names end at 143 bytes/],
    ['mangled names', judgeNaming({ ...NAMES, faithful: false }), /^fail .*utf8/],
    ['a fine clock', judgeTiming({ step: 4, ahead: 0, keepsTimes: true }), /^ok \| files are stamped every 4 ms, in step with the system$/],
    ['a coarse one', judgeTiming({ step: 2_000, ahead: 0, keepsTimes: true }), /^ok \| files are stamped every 2 s/],
    ['one that is a little off', judgeTiming({ step: 4, ahead: -3_000, keepsTimes: true }), /^warn .*3 s behind the system \| .*NTP/],
    ['one that is far off', judgeTiming({ step: 4, ahead: 90_000, keepsTimes: true }), /^fail .*90 s ahead of the system/],
    ['one that stands', judgeTiming({ step: undefined, ahead: 0, keepsTimes: false }), /^warn \| no step .*times cannot be set/],
    ['saves that are told', judgeWatching({ seen: 0.5 }, { remote: false, rescan: 30_000 }), /^ok \| a save is told after 0\.5 ms$/],
    ['saves of others', judgeWatching({ seen: 0.5 }, { remote: true, rescan: 30_000 }), /^warn .*other machines.*every 30 s/],
    ['saves that nobody tells', judgeWatching({ seen: undefined }, { remote: false, rescan: 30_000 }), /^warn .*every 30 s \| lower watch\.rescan/],
    ['saves that nobody ever sees', judgeWatching({ seen: undefined, reason: 'no watches' }, { remote: false, rescan: 'off' }), /^fail .*\(no watches\).*never taken \| set watch\.rescan/],
    ['enough watches', judgeWatches(LIMITS, 991), /^ok .*8,192 watches and 128 watchers a user.*the tree has 991 directories$/],
    ['just enough', judgeWatches(LIMITS, 5_000), /^warn .* \| sysctl fs\.inotify\.max_user_watches=65536$/],
    ['too few', judgeWatches(LIMITS, 60_000), /^fail .* \| sysctl fs\.inotify\.max_user_watches=262144$/],
    ['few watchers', judgeWatches({ ...LIMITS, instances: 8 }, undefined), /^warn .*max_user_instances/],
    ['no temps', judgeTemps([]), /^ok/],
    ['temps', judgeTemps(['a/.rowtree-1.tmp']), /^warn \| 1 temp file .*a\/\.rowtree-1\.tmp.* \| rowtree sweep$/],
    ['a closed state', judgeState(STATE), /^ok \| \/srv\/\.rowtree, mode 700, on the filesystem of the tree$/],
    ['an open state', judgeState({ ...STATE, mode: 0o750 }), /^warn .* \| chmod 700 \/srv\/\.rowtree$/],
    ["somebody else's state", judgeState({ ...STATE, own: false }), /^warn .*another user/],
    ['a state that git tracks', judgeState({ ...STATE, tracking: 'tracked' }), /^warn .*git -C \/srv rm -r --cached \.rowtree && echo \/\.rowtree\/ >> \/srv\/\.gitignore$/],
    ['a state that git would take', judgeState({ ...STATE, tracking: 'untracked' }), /^warn .*echo \/\.rowtree\/ >> \/srv\/\.gitignore$/],
    ['a state that cannot be written', judgeState({ ...STATE, refused: { reason: 'why', remedy: 'mend it' } }), /^fail \| \/srv\/\.rowtree cannot be written: why; until it can be, only status and diff work, if at all \| mend it$/],
    ['a state far away', judgeState({ ...STATE, together: false }), /^warn .*another filesystem/],
    ['a baseline', judgeBaseline(BASELINE), /^ok \| 9 entries, 180 KB, whole, all contents compared\nok \| nothing was overwritten yet$/],
    ['a hold', judgeBaseline({ ...BASELINE, holds: 1 }), /^warn \| 1 hold waits for you \| rowtree status$/m],
    ['conflicts and holds', judgeBaseline({ ...BASELINE, conflicts: 1, holds: 2 }), /^warn \| 1 conflict and 2 holds wait for you/m],
    ['a large one', judgeBaseline({ ...BASELINE, compared: 4 }), /^ok .*4 contents compared/],
    ['one of an older rowtree', judgeBaseline({ ...BASELINE, version: 1, old: true }), /^ok .*of version 1, which the next command brings up to date$/],
    ['an empty one of an empty tree', judgeBaseline({ ...BASELINE, version: 0, entries: 0, compared: 0 }, 0), /^ok \| 0 entries/],
    ['an empty one of a tree with files', judgeBaseline({ ...BASELINE, version: 0, entries: 0, compared: 0 }, 9), /^warn \| it is empty, although the tree has 9 files.* \| put a copy of it back.*compares all anew.*become conflicts/],
    ['one that is written', judgeBaseline('busy'), /^warn .*another rowtree/],
    ['one that was left', judgeBaseline('left'), /^warn .*killed/],
    ['a damaged one', judgeBaseline({ ...BASELINE, damage: ['one', 'two', 'three', 'four'] }), /^fail \| it is damaged: one; two; three; and more \| move the state/],
    ['history', judgeBaseline({ ...BASELINE, operations: 1, kept: 2_000 }), /rowtree undo can take back 1 operation, 2\.0 KB$/],
    ['a password that nobody sees', judgeSecret(SECRET), /^ok .*nobody else may read/],
    ['one that others see', judgeSecret({ ...SECRET, mode: 0o640 }), /^warn .*\(mode 640\).*chmod 600/],
    ['one that git has', judgeSecret({ ...SECRET, tracking: 'tracked' }), /^warn .*git tracks it.*change the password/],
    ['no password', judgeSecret({ ...SECRET, secret: false, tracking: 'tracked' }), /^ok/],
    ['a quick server', connectionOf({ title: 'MariaDB 11.8', way: 'machine' }, 'mysql://***', 0.123), /^ok \| MariaDB 11\.8 at mysql:\/\/\*\*\*, 0\.12 ms a question$/],
    ['a slow one', connectionOf({ title: 'MariaDB 11.8', way: 'machine' }, 'x', 250), /^warn .*250 ms a question/],
    ['an old one', connectionOf({ title: 'MySQL 5.7', atLeast: '8.0', way: 'machine' }, 'x', 1), /^warn .* \| update it to 8\.0 or later$/],
  ])('%s', (_, remarks, expected) => {
    expect(said(remarks)).toMatch(expected)
  })
})

it.each([
  ['url: mysql://me:hunter2@localhost/x', true],
  ['url: mysql://me:p%40ss@localhost/x', true],
  ['  url: "postgresql://me:${P}tail@localhost/x"', true],
  ['url: mysql://me:$${P}@localhost/x', true],
  ['url: mysql://me:${PASSWORD}@localhost/x', false],
  ['url: mysql://me@localhost/x', false],
  ['url: mysql://me:@localhost/x', false],
  ['url: ${URL}', false],
  ['url: sqlite:a:b@c', false],
  ['# url: mysql://me:hunter2@localhost/x', false],
])('%s holds a password: %s', (text, expected) => {
  expect(holdsPassword(`store:\n  ${text}\ntree: x\n`)).toBe(expected)
})

it.each([
  ['10.11.6-MariaDB-0+deb12u1', 'MariaDB 10.11.6', undefined],
  ['5.5.5-10.5.9-MariaDB', 'MariaDB 10.5.9', '10.6'],
  ['11.4.2-MariaDB-log', 'MariaDB 11.4.2', undefined],
  ['8.0.36', 'MySQL 8.0.36', undefined],
  ['5.7.44-log', 'MySQL 5.7.44', '8.0'],
])('a server that says %s is %s', (text, title, atLeast) => {
  expect(versionOf(text)).toEqual({ title, ...(atLeast !== undefined && { atLeast }) })
})

it.each([['nfs', true], ['nfs4', true], ['cifs', true], ['9p', true], ['fuse.sshfs', true], ['virtiofs', true], ['ext4', false], ['overlay', false], ['tmpfs', false], ['fuseblk', false], ['fuse.exfat', false]])(
  '%s is remote: %s',
  (type, expected) => expect(isRemote(type)).toBe(expected),
)

it('figures have few digits', () => {
  expect([0, 0.000_001, 0.0123, 0.41, 9.96, 12.4, 999, 2_000, 30_000].map(span)).toEqual(['0 ms', '1 ns', '0.012 ms', '0.41 ms', '10 ms', '12 ms', '999 ms', '2 s', '30 s'])
  expect([0, 12, 4_200, 180_224, 84e9, 3e15].map(bytes)).toEqual(['0 B', '12 B', '4.2 KB', '180 KB', '84 GB', '3.0 PB'])
  expect([count(1, 'watch', 'watches'), count(8_192, 'watch', 'watches'), count(0, 'file')]).toEqual(['1 watch', '8,192 watches', '0 files'])
})
