import type { PathFacts, Stat } from '../../../probes/stat.ts'
import { Float } from '../../../values/float.ts'
import { type Dict, dict, type Value } from '../../../values/value.ts'

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
 * The `stat` key of Ansible's module. Times are whole seconds.
 * @param found what is described: the path itself, or what it leads to
 * @param checksum hex; undefined where there is none
 */
export function statDict(facts: PathFacts, found: Stat, checksum: string | undefined): Dict {
  const result = dict({
    exists: true,
    path: facts.path,
    mode: found.mode.toString(8).padStart(4, '0'),
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    inode: found.inode,
    dev: found.device,
    nlink: found.links,
    atime: new Float(found.atime),
    mtime: new Float(found.mtime),
    ctime: new Float(found.ctime),
    block_size: found.blockSize,
    blocks: found.blocks,
  })
  for (const [kind, key] of Object.entries(KINDS)) result.set(key, found.type === Number(kind))
  for (const [key, bit] of Object.entries(BITS)) result.set(key, (found.mode & bit) !== 0)
  result.set('readable', facts.may.read)
  result.set('writeable', facts.may.write)
  result.set('executable', facts.may.execute)
  const isLink = found === facts.stat && facts.link !== null
  const optional: [string, Value | undefined][] = [
    ['lnk_source', isLink ? (facts.target?.path ?? undefined) : undefined],
    ['lnk_target', isLink ? (facts.link ?? undefined) : undefined],
    // A number without a name has none.
    ['pw_name', found.owner === String(found.uid) ? undefined : found.owner],
    ['gr_name', found.group === String(found.gid) ? undefined : found.group],
    ['checksum', checksum],
  ]
  for (const [key, value] of optional) if (value !== undefined) result.set(key, value)
  return result
}
