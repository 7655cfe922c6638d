import { revealText, sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import type { EditedFile } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { bytesText } from '../editing/patterns.ts'
import { placeEdited } from '../editing/place-edited.ts'
import { putBack } from '../editing/reread.ts'
import type { Owners } from '../files/attributes/owners.ts'
import type { Missing } from '../files/trees/directories.ts'
import type { Place } from '../files/trust.ts'
import type { Action, ActionResult, ModuleContext } from '../module.ts'
import type { Text } from '../parameters.ts'
import { setFstab, unsetFstab } from './fstab.ts'
import {
  type MountWish,
  makeMountPoint,
  mount,
  remount,
  removeMountPoint,
  unmakeMountPoint,
  unmount,
} from './mounting.ts'
import { isOf, type Mount } from './mounts.ts'

/** The states of mount. */
export type MountState =
  | 'absent'
  | 'absent_from_fstab'
  | 'mounted'
  | 'present'
  | 'unmounted'
  | 'remounted'
  | 'ephemeral'

/** An entry of fstab as the task has it. */
export interface MountEntry {
  readonly name: string
  readonly src?: string
  readonly fstype?: Text
  readonly opts: Text
  readonly dump: Text
  readonly passno: Text
}

/** Where something is, or shall be, mounted; the path has no links in it. */
export interface MountPoint {
  readonly path: string
  readonly place: Place
  readonly there: boolean
}

/** What a state of mount is made of. */
export interface MountTask {
  readonly params: {
    readonly state: MountState
    readonly path: string
    readonly fstab: string
    readonly backup: boolean
  }
  readonly wish: MountEntry
  readonly mounts: readonly Mount[]
  /** Null for swap. */
  readonly point: MountPoint | null
  /** What is mounted there. */
  readonly found: Mount | undefined
  /** fstab; null with ephemeral. */
  readonly file: EditedFile | null
  readonly result: Record<string, Value>
  readonly context: ModuleContext
  /** What of the mount point has to be made; null where it is there. */
  readonly missing: Missing | null
  readonly owners: Owners
}

type Steps = AsyncGenerator<Action, void, ActionResult>

/** What each state does. @throws TaskFailure */
export const MOUNT_STATES: Readonly<Record<MountState, (task: MountTask) => Steps>> = {
  async *present(task) {
    yield* write(task, setText(task))
  },
  async *absent_from_fstab(task) {
    yield* write(task, unsetText(task))
  },
  async *absent(task) {
    const after = unsetText(task)
    if (after === null) return
    if (task.point !== null && task.found !== undefined) yield* unmount(task.point.path, task.result)
    yield* write(task, after)
    if (task.point?.there === true) yield* removeMountPoint(task.point.place, task.point.path)
  },
  async *unmounted({ point, found, result }) {
    if (point !== null && found !== undefined) yield* unmount(point.path, result)
  },
  async *remounted(task) {
    const { opts } = task.wish
    yield* remount(requirePoint(task), sameText(opts, 'defaults') ? null : opts, task.result)
  },
  async *mounted(task) {
    const after = setText(task)
    const wish = requirePoint(task)
    if (task.found !== undefined && after === null) return
    yield* makePoint(task)
    yield* write(task, after)
    yield* undoing(
      task,
      task.found === undefined ? mount(wish, task.result) : remount(wish, null, task.result),
      after,
    )
  },
  async *ephemeral(task) {
    const { found, mounts, wish, result } = task
    const how = requirePoint(task)
    if (found === undefined) {
      yield* makePoint(task)
      yield* undoing(task, mount(how, result), null)
      return
    }
    if (!isOf(found, wish.src as string, mounts))
      throw new TaskFailure(
        'Ephemeral mount point is already mounted with a different source than the specified one.',
        { hint: `${found.source} is mounted there: use state: unmounted first, or another path` },
      )
    yield* remount(how, null, result)
  },
}

async function* makePoint({ point, missing, owners, result }: MountTask): Steps {
  if (point !== null && missing !== null) yield* makeMountPoint(point.path, missing, owners, result)
}

/** A mount that does not come about leaves neither its entry nor its directory behind: a host may not boot with it. */
async function* undoing(task: MountTask, steps: Steps, written: string | null): Steps {
  try {
    yield* steps
  } catch (error) {
    if (written !== null && task.file !== null) yield* putBack(task.file, task.context)
    if (task.point !== null && task.missing !== null) yield* unmakeMountPoint(task.point.path, task.missing)
    throw error
  }
}

function requirePoint({ point, params, wish }: MountTask): MountWish {
  if (point === null)
    throw new TaskFailure(`${params.path} is no mount point`, {
      hint: 'swap is in fstab alone (state: present); command: swapon -a turns it on',
    })
  const { path } = point
  if (params.state !== 'ephemeral') return { path, from: { fstab: params.fstab } }
  return { path, from: { fstype: wish.fstype ?? '', opts: wish.opts, src: wish.src ?? '' } }
}

function oldText({ file }: MountTask): string {
  return bytesText(file?.old?.bytes ?? Buffer.alloc(0))
}

function setText(task: MountTask): string | null {
  const { name, src = '', fstype = '', opts, dump, passno } = task.wish
  const fields = {
    name,
    src,
    fstype: revealText(fstype),
    opts: revealText(opts),
    dump: revealText(dump),
    passno: revealText(passno),
  }
  for (const [key, value] of Object.entries(fields))
    if (/[\n\t]/.test(value)) throw new TaskFailure(`${key} holds a line end or a tab, which fstab cannot`)
  const bytes = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, bytesText(value)]))
  return setFstab(oldText(task), bytes as typeof fields)
}

function unsetText(task: MountTask): string | null {
  const { name, src } = task.wish
  return unsetFstab(oldText(task), {
    name: bytesText(name),
    src: src === undefined ? undefined : bytesText(src),
  })
}

async function* write({ file, params, wish, result, context }: MountTask, after: string | null): Steps {
  if (after === null || file === null) return
  const made = [wish.opts, wish.fstype, wish.dump, wish.passno]
  const options = { backup: params.backup, predicted: () => result }
  const { backup } = yield* placeEdited(
    file,
    secretText(Buffer.from(after, 'latin1'), made, file.path),
    options,
    context,
  )
  if (backup !== undefined) result['backup_file'] = backup
}
