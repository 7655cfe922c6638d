import type { EditedAnswers } from '../../../src/modules/editing/edited-file.ts'
import type { PathFacts, Stat } from '../../../src/probes/stat.ts'

const STAT: Stat = {
  ...{ kind: 'file', type: 8, mode: 0o644, uid: 0, gid: 0, size: 1, atime: 0, mtime: 0, ctime: 0, links: 1 },
  ...{ identity: '1:2', inode: 2, device: 1, blocks: 8, blockSize: 4096, owner: 'root', group: 'root' },
}
const MAY = { read: true, write: true, execute: true }

function directory(path: string, uid: number): PathFacts {
  const slash = path.lastIndexOf('/')
  return {
    ...{ path, link: null, target: null, directory: path.slice(0, slash) || '/', may: MAY },
    stat: { ...STAT, kind: 'directory', type: 4, mode: 0o755, uid },
  }
}

/** What a host answers of a root's file `/etc/file` with these bytes (null: there is none), in a folder of that user. */
export function editedAnswers(bytes: Buffer | null, { uid = 0, identity = '1:2' } = {}): EditedAnswers {
  return {
    runs: { uid: 0, gid: 0, umask: 0o022 },
    ancestors: [directory('/', 0), directory('/etc', uid)],
    itself: {
      path: '/etc/file',
      stat: bytes === null ? null : STAT,
      ...{ link: null, target: null, directory: '/etc', may: MAY },
    },
    content: bytes === null ? { kind: 'missing' } : { kind: 'file', bytes, identity },
  }
}
