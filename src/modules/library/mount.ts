import { type PathFacts, stat } from '../../probes/stat.ts'
import { text } from '../../probes/text.ts'
import { joinTexts, Secret, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { readOwners } from '../files/attributes/owners.ts'
import { missingDirectories } from '../files/trees/directories.ts'
import { observeAncestors, realPath, Trust, withoutSlash } from '../files/trust.ts'
import { MOUNT_STATES, type MountEntry, type MountPoint, type MountTask } from '../host/mount-states.ts'
import { mountAt, readMounts } from '../host/mounts.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

/** Bytes of the kernel's list of mounts. */
const LIMIT = 1_000_000

const spec = {
  parameters: {
    path: { type: 'path', required: true, aliases: ['name'], doc: 'The mount point; `none` for swap.' },
    state: {
      type: 'str',
      required: true,
      choices: ['absent', 'absent_from_fstab', 'mounted', 'present', 'unmounted', 'remounted', 'ephemeral'],
      doc: 'mounted: in fstab and mounted. present: in fstab alone. unmounted: not mounted. absent: out of fstab, not mounted, the mount point gone. absent_from_fstab: out of fstab alone. remounted: mounted anew, always. ephemeral: mounted without fstab; anew, when it is.',
    },
    src: { type: 'path', doc: 'What is mounted; needed with present, mounted and ephemeral.' },
    fstype: { type: 'str', doc: 'Type of the file system; needed with those.' },
    opts: { type: 'str', doc: 'Options, with commas. Default: defaults.' },
    opts_no_log: { type: 'bool', default: false, doc: 'The options are a secret.' },
    dump: { type: 'str', default: '0', doc: 'Fifth field of fstab(5).' },
    passno: { type: 'str', default: '0', doc: 'Sixth field of fstab(5).' },
    fstab: { type: 'path', default: '/etc/fstab', doc: 'The file.' },
    boot: { type: 'bool', default: true, doc: 'Mounted at boot; false adds noauto to the options.' },
    backup: {
      type: 'bool',
      default: false,
      doc: 'Keep the old file beside the new one, with the time in its name.',
    },
  },
  requiredIf: [
    ['state', 'mounted', ['src', 'fstype']],
    ['state', 'present', ['src', 'fstype']],
    ['state', 'ephemeral', ['src', 'fstype']],
  ],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'mount',
  collection: 'ansible.posix',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a mount point: in fstab, and in the kernel.',
    notes: [
      'The file is put back whole, by the door of copy. When mounting fails it is as it was.',
      'absent unmounts before it edits, so that a mount point in use leaves all as it was; like Ansible it does nothing where fstab has no such entry.',
    ],
    examples: `
- name: the disk for data
  mount: { path: /srv/data, src: UUID=4ab3-11, fstype: xfs, opts: noatime, state: mounted }
- name: no swap any more
  mount: { path: none, src: /dev/vdb, fstype: swap, state: absent_from_fstab }
`,
    returns: {
      'name, src, fstype, opts, dump, passno, fstab, boot': 'as they stand in the file',
      backup_file: 'path of the backup; empty when none was made',
    },
  },
  spec,

  observe: (params) => ({
    ...observeEdited(fstabWish(params)),
    kernel: text('/proc/self/mountinfo', LIMIT),
    ...(isPath(params)
      ? { target: stat(withoutSlash(params.path)), way: observeAncestors(withoutSlash(params.path)) }
      : { target: undefined, way: [] }),
  }),

  async *converge(params, { kernel, target, way, ...answers }, context) {
    const wish = wishOf(params)
    const mounts = kernel.kind === 'file' ? readMounts(kernel.bytes.toString('utf8')) : []
    const owners = readOwners(fstabWish(params), answers)
    const trust = new Trust(owners.runs, way)
    const point = target === undefined ? null : pointOf(target, way, trust)
    const found = point === null ? undefined : mountAt(mounts, point.path)
    const result: Record<string, Value> = { ...wish, boot: params.boot ? 'yes' : 'no', backup_file: '' }
    if (params.fstab !== undefined && params.state !== 'ephemeral') result['fstab'] = params.fstab
    const file = params.state === 'ephemeral' ? null : readEdited(fstabWish(params), answers)
    const missing =
      target === undefined || point === null || target.stat !== null
        ? null
        : missingDirectories(way, target, trust)
    const task: MountTask = { params, wish, mounts, point, found, file, result, context, missing, owners }
    yield* MOUNT_STATES[params.state](task)
    return { result }
  },
})

function fstabWish(params: Parameters) {
  return { path: params.fstab, owner: undefined, group: undefined }
}

/** Swap has no mount point: `none`, or `swap`. */
function isPath({ path }: Parameters): boolean {
  return /^[/~$]/.test(path)
}

function wishOf(params: Parameters): MountEntry {
  const { path, src, fstype, dump, passno } = params
  const given = params.opts ?? 'defaults'
  const written =
    params.boot || textMatches(given, /(?:^|,)noauto(?:,|$)/) ? given : joinTexts([given, ',noauto'])
  const opts = params.opts_no_log && typeof written === 'string' ? new Secret(written) : written
  return {
    ...{ name: isPath(params) ? withoutSlash(path) : path, opts, dump, passno },
    ...(src === undefined ? {} : { src }),
    ...(fstype === undefined ? {} : { fstype }),
  }
}

/** Where the mount point lies. @throws TaskFailure for a way that leads astray */
function pointOf(target: PathFacts, way: readonly PathFacts[], trust: Trust): MountPoint {
  trust.followWay(way, target)
  if (target.link !== null) {
    const behind = trust.follow(target)
    if (behind === null) throw new TaskFailure(`${target.path} is a link to ${target.link}, where nothing is`)
    return { path: behind.path, place: trust.placeOfReal(behind.path), there: true }
  }
  const place = trust.placeOf(target)
  return { path: target.path === '/' ? '/' : realPath(place), place, there: target.stat !== null }
}
