import { unescaped } from './fstab.ts'

/** A mount that the kernel tells of. */
export interface Mount {
  readonly id: string
  readonly parent: string
  /** What of the file system is mounted. */
  readonly root: string
  readonly path: string
  readonly fstype: string
  /** A device, or what else was named. */
  readonly source: string
}

/** Reads /proc/self/mountinfo (proc_pid_mountinfo(5)); lines that are none are passed over. */
export function readMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ')
    const dash = fields.indexOf('-', 6)
    const [id = '', parent = '', , root = '', path] = fields
    const [fstype, source] = dash === -1 ? [] : fields.slice(dash + 1)
    if (path === undefined || fstype === undefined || source === undefined) return []
    return [{ id, parent, root: unescaped(root), path: unescaped(path), fstype, source: unescaped(source) }]
  })
}

/** What is mounted at a path, the last of several. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.findLast((mount) => mount.path === path)
}

/**
 * Whether a mount is of that source: the device or other word itself, or for a bind mount the directory, whose place the
 * mount of the same file system tells.
 */
export function isOf(mount: Mount, source: string, mounts: readonly Mount[]): boolean {
  if (mount.source === source) return true
  return mounts.some((other) => {
    if (other === mount || other.source !== mount.source || other.fstype !== mount.fstype) return false
    const below = other.root === '/' ? mount.root : mount.root.slice(other.root.length)
    if (!mount.root.startsWith(other.root) || (below !== '' && !below.startsWith('/'))) return false
    return `${other.path === '/' ? '' : other.path}${below === '/' ? '' : below}` === source
  })
}
