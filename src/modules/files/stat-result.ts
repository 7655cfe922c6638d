import { type Field, field, textField } from '../../probes/fields.ts'
import { Float } from '../../values/float.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, dict, type Value } from '../../values/value.ts'

/** The format of `stat -c` behind {@link statDict}; coreutils and busybox know all of it. */
export const STAT_FORMAT = '%f %u %g %s %X %Y %Z %h %d %i %b %o\n%U\n%G'

const KINDS: Readonly<Record<number, string>> = {
  1: 'isfifo',
  2: 'ischr',
  4: 'isdir',
  6: 'isblk',
  8: 'isreg',
  10: 'islnk',
  12: 'issock',
}

const BITS: Readonly<Record<string, number>> = {
  wusr: 0o200,
  rusr: 0o400,
  xusr: 0o100,
  wgrp: 0o020,
  rgrp: 0o040,
  xgrp: 0o010,
  woth: 0o002,
  roth: 0o004,
  xoth: 0o001,
  isuid: 0o4000,
  isgid: 0o2000,
}

/**
 * The `stat` key of Ansible's module, from the fields `path stat readable writeable executable link target sum`.
 * Times are whole seconds. @throws TaskFailure
 */
export function statDict(fields: readonly Field[]): Dict {
  const path = textField(fields, 'path')
  const match =
    /^([0-9a-f]{1,8})((?: -?\d{1,20}){11})\n([^\n]*)\n([^\n]*)$/.exec(textField(fields, 'stat')) ?? undefined
  if (match === undefined)
    throw new TaskFailure(`cannot read the state of ${path}: the host's stat printed nothing usable`, {
      hint: 'muster needs a stat that knows -c (GNU coreutils or busybox)',
    })
  const raw = Number.parseInt(match[1]!, 16)
  const [uid, gid, size, atime, mtime, ctime, nlink, dev, inode, blocks, blockSize] = match[2]!
    .trim()
    .split(' ')
    .map(Number) as [number, ...number[]]
  const result = dict({
    exists: true,
    path,
    mode: (raw & 0o7777).toString(8).padStart(4, '0'),
    uid,
    gid: gid!,
    size: size!,
    inode: inode!,
    dev: dev!,
    nlink: nlink!,
    atime: new Float(atime!),
    mtime: new Float(mtime!),
    ctime: new Float(ctime!),
    block_size: blockSize!,
    blocks: blocks!,
  })
  for (const [kind, key] of Object.entries(KINDS)) result.set(key, raw >> 12 === Number(kind))
  for (const [key, bit] of Object.entries(BITS)) result.set(key, (raw & bit) !== 0)
  for (const key of ['readable', 'writeable', 'executable']) result.set(key, field(fields, key) !== undefined)
  const sum = optionalText(fields, 'sum')
  if (sum !== undefined && !/^[0-9a-f]{32,128}$/.test(sum))
    throw new TaskFailure(`cannot compute the checksum of ${path}: no tool for it worked on the host`, {
      hint: 'install coreutils or openssl, or set get_checksum: false',
    })
  const optional: [string, Value | undefined][] = [
    ['lnk_source', optionalText(fields, 'target')],
    ['lnk_target', optionalText(fields, 'link')],
    // A number without a name has none.
    ['pw_name', match[3] === 'UNKNOWN' ? undefined : match[3]],
    ['gr_name', match[4] === 'UNKNOWN' ? undefined : match[4]],
    ['checksum', sum],
  ]
  for (const [key, value] of optional) if (value !== undefined) result.set(key, value)
  return result
}

function optionalText(fields: readonly Field[], name: string): string | undefined {
  return field(fields, name) === undefined ? undefined : textField(fields, name)
}
