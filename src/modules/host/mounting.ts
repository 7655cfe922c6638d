import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import type { Value } from '../../values/value.ts'
import type { Owners } from '../files/attributes/owners.ts'
import { readDone } from '../files/done.ts'
import { hold, holdPrelude } from '../files/enter.ts'
import { effectOn } from '../files/touches.ts'
import { type Missing, madeDirectory, makeDirectories } from '../files/trees/directories.ts'
import type { Place } from '../files/trust.ts'
import type { Action, ActionResult } from '../module.ts'
import type { Text } from '../parameters.ts'

/** A mount as it is to be made. */
export interface MountWish {
  /** Where, without links. */
  readonly path: string
  /** With its own file of mounts, or none of it: then what and how is said on the command line. */
  readonly from:
    | { readonly fstab: string }
    | { readonly fstype: Text; readonly opts: Text; readonly src: Text }
}

/** Words of mount behind its first options. */
function words({ path, from }: MountWish): ShellText {
  if ('fstab' in from) return sh`${from.fstab === '/etc/fstab' ? [] : ['-T', from.fstab]} -- ${path}`
  const opts = from.opts === 'defaults' ? [] : ['-o', from.opts]
  return sh`-t ${from.fstype} ${opts} -- ${from.src} ${path}`
}

/** Mounts it. @throws TaskFailure */
export async function* mount(
  wish: MountWish,
  predicted: Readonly<Record<string, Value>>,
): AsyncGenerator<Action, void, ActionResult> {
  const output = yield {
    kind: 'run',
    says: `mount ${wish.path}`,
    predicted,
    script: sh`LC_ALL=C mount ${words(wish)}`,
  }
  if (output.rc !== 0) throw hostFailure(`Error mounting ${wish.path}`, output)
}

/**
 * Mounts anew what is mounted: by the kernel's own remount, else by unmounting.
 * @param opts options of this remount alone, without which another way would be a guess; then there is no other way
 * @throws TaskFailure
 */
export async function* remount(
  wish: MountWish,
  opts: Text | null,
  predicted: Readonly<Record<string, Value>>,
): AsyncGenerator<Action, void, ActionResult> {
  const { path } = wish
  const again = sh`umount -- ${path} && mount ${words(wish)}`
  const output = yield {
    kind: 'run',
    says: `remount ${path}`,
    predicted,
    script: lines([
      sh`export LC_ALL=C`,
      opts === null
        ? sh`mount -o remount ${words(wish)} 2>/dev/null || { ${again}; }`
        : sh`mount -o remount -o ${opts} ${words(wish)}`,
    ]),
  }
  if (output.rc === 0) return
  throw hostFailure(`Error remounting ${path}`, output, {
    hint:
      opts === null
        ? 'something uses it: stop that first'
        : 'it is as it was: use state: unmounted and then state: mounted with all its options',
  })
}

/** @throws TaskFailure */
export async function* unmount(
  path: string,
  predicted: Readonly<Record<string, Value>>,
): AsyncGenerator<Action, void, ActionResult> {
  const output = yield {
    kind: 'run',
    says: `unmount ${path}`,
    predicted,
    script: sh`LC_ALL=C umount -- ${path}`,
  }
  if (output.rc !== 0)
    throw hostFailure(`Error unmounting ${path}`, output, { hint: 'something uses it: stop that first' })
}

/** Makes a mount point with its parents. @throws TaskFailure */
export async function* makeMountPoint(
  path: string,
  missing: Missing,
  owners: Owners,
  predicted: Readonly<Record<string, Value>>,
): AsyncGenerator<Action, void, ActionResult> {
  const output = yield {
    kind: 'run',
    says: `make directory ${path}`,
    predicted,
    ...effectOn([madeDirectory(missing)]),
    script: lines([holdPrelude, makeDirectories(missing, undefined, owners), sh`printf '\0done\0'`]),
  }
  readDone(output, path)
}

/** Removes an empty mount point. @throws TaskFailure */
export async function* removeMountPoint(
  place: Place,
  path: string,
): AsyncGenerator<Action, void, ActionResult> {
  const output = yield {
    kind: 'run',
    says: `remove directory ${path}`,
    ...effectOn([path]),
    script: lines([holdPrelude, hold(place), sh`LC_ALL=C rmdir -- ${`./${place.name}`}`]),
  }
  if (output.rc !== 0)
    throw hostFailure(`Error rmdir ${path}`, output, { hint: 'it holds something: move that away first' })
}

/** Removes what {@link makeMountPoint} made, as far as it is empty. */
export async function* unmakeMountPoint(
  path: string,
  { place, names }: Missing,
): AsyncGenerator<Action, void, ActionResult> {
  if (place === null) return
  const made = names.map((_, at) => `./${names.slice(0, at + 1).join('/')}`)
  yield {
    kind: 'run',
    says: `remove directory ${path}`,
    ...effectOn([path]),
    script: lines([holdPrelude, hold(place), sh`LC_ALL=C rmdir -- ${made.toReversed()}`]),
  }
}
