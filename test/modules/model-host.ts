import { createHash } from 'node:crypto'
import type { Group, User } from '../../src/probes/account.ts'
import { type HostPath, shownPath } from '../../src/probes/expand-path.ts'
import { NOT_INSTALLED } from '../../src/probes/package.ts'
import type { Probe } from '../../src/probes/probe.ts'
import type { PathFacts, Stat } from '../../src/probes/stat.ts'
import type { Output } from '../../src/values/transfer.ts'
import { windowsAnswerOf } from './model-windows.ts'

/** What is on a host that exists in words only, beside what every host has. */
export interface HostInWords {
  readonly files?: Readonly<Record<string, string>>
  readonly directories?: readonly string[]
  readonly links?: Readonly<Record<string, string>>
  readonly users?: Readonly<Record<string, Partial<User>>>
  readonly groups?: Readonly<Record<string, number>>
  readonly packages?: Readonly<Record<string, string>>
  readonly units?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Programs that are not there; all others are. */
  readonly without?: readonly string[]
  /** What scripts answer that hold the text: all of `does` scripts, and of probes without a kind. */
  readonly says?: readonly { readonly to: string; readonly rc?: number; readonly stdout?: string }[]
  /** What every script of an action prints, whatever it is. */
  readonly runs?: string
  /** Of Windows hosts. */
  readonly services?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly programs?: readonly Readonly<Record<string, unknown>>[]
  /** Texts by key and name of a value: `HKLM:\\SOFTWARE\\x\\name`. */
  readonly registry?: Readonly<Record<string, string>>
  /** Raw answers by the kind of the probe, for kinds that are asked about one thing. */
  readonly answers?: Readonly<Record<string, unknown>>
}

const DIRECTORIES = ['/', '/srv', '/etc', '/tmp', '/root', '/usr', '/var', '/home', '/opt']

/** The raw answer to a probe. */
export function answerOf({ kind, args }: Probe<unknown>, host: HostInWords): unknown {
  const given = host.answers?.[kind.name]
  if (given !== undefined) return given
  const ofWindows = windowsAnswerOf({ kind, args } as Probe<unknown>, host)
  if (ofWindows !== undefined) return ofWindows
  switch (kind.name) {
    case 'stat':
      return facts(shownPath(args as HostPath), host)
    case 'md5':
    case 'sha1':
    case 'sha224':
    case 'sha256':
    case 'sha384':
    case 'sha512': {
      const text = textOf(shownPath(args as HostPath), host)
      return text === undefined
        ? { kind: 'no-file' }
        : { kind: 'file', hex: createHash(kind.name).update(text).digest('hex') }
    }
    case 'text':
    case 'content': {
      const path = shownPath((args as { path: HostPath }).path)
      const text = textOf(path, host)
      const { identity } = blank(host.links?.[path] ?? path)
      return text === undefined ? { kind: 'missing' } : { kind: 'file', bytes: Buffer.from(text), identity }
    }
    case 'user':
      return userOf(args as string, host)
    case 'group':
      return groupOf(args as string, host)
    case 'runner':
      return { uid: 0, gid: 0, umask: 0o022 }
    case 'memberships':
      return []
    case 'shadow':
      return { password: '!', min: '', max: '', warn: '', expires: '' }
    case 'command':
      return !(host.without ?? []).includes(args as string)
    case 'package': {
      const version = host.packages?.[args as string]
      const found = version === undefined ? {} : { status: 'installed', version, architecture: 'amd64' }
      return { ...NOT_INSTALLED, ...found, manager: 'dpkg' }
    }
    case 'apt-policy':
      return { candidate: '2.0', versions: ['2.0', '1.0'] }
    case 'apt-mark':
    case 'mention':
    case 'listening':
      return false
    case 'unit': {
      const { name } = args as { name: string | null }
      const properties = host.units?.[name ?? ''] ?? { NeedDaemonReload: 'no', LoadState: 'not-found' }
      return { running: true, complaint: '', properties: new Map(Object.entries(properties)) }
    }
    case 'unit-summary': {
      const {
        LoadState = 'not-found',
        ActiveState = 'inactive',
        UnitFileState = '',
      } = host.units?.[args as string] ?? {}
      return { complaint: null, load: LoadState, active: ActiveState, enabled: UnitFileState }
    }
    case 'clock':
      return { host: Math.floor(Date.now() / 1000), skew: 0 }
    case 'registration':
      return { node: undefined, runningAs: undefined, machineId: '0'.repeat(32) }
    case 'shared-keys':
      return 'none'
    case 'all-packages':
      return { manager: 'dpkg', packages: [] }
    case 'facts':
      return { fields: [], problem: 'not in words' }
    case 'script':
      return output(String(args), host)
    default:
      throw new Error(`the model has no answer to probes of kind ${kind.name}: give one in the case`)
  }
}

/** What a script answers. */
export function output(script: string, host: HostInWords): Output {
  const said = (host.says ?? []).find(({ to }) => script.includes(to))
  // A mark by chance, by which a module finds the end of what others print.
  const [mark = ''] = /[0-9a-f]{32}/.exec(script) ?? []
  const stdout = Buffer.from((said?.stdout ?? '').replace('MARK', mark))
  return { rc: said?.rc ?? 0, stdout, stderr: Buffer.alloc(0), seconds: 0, truncated: false, timedOut: false }
}

function textOf(path: string, host: HostInWords): string | undefined {
  return host.files?.[host.links?.[path] ?? path]
}

function facts(path: string, host: HostInWords): PathFacts {
  const link = host.links?.[path] ?? null
  const stat =
    link === null
      ? statOf(path, host)
      : { ...statOf(path, host), ...blank(path), kind: 'link' as const, type: 10 }
  const target = link === null ? null : statOf(link, host)
  const parent = path.slice(0, path.lastIndexOf('/')) || '/'
  return {
    path,
    stat,
    link,
    target: target === null || link === null ? null : { path: link, stat: target },
    directory: isDirectory(parent, host) ? parent : null,
    may: { read: stat !== null, write: stat !== null, execute: stat?.kind === 'directory' },
  }
}

function isDirectory(path: string, host: HostInWords): boolean {
  return DIRECTORIES.includes(path) || (host.directories ?? []).includes(path)
}

function statOf(path: string, host: HostInWords): Stat | null {
  if (isDirectory(path, host)) return { ...blank(path), kind: 'directory', type: 4, mode: 0o755 }
  const text = host.files?.[path]
  return text === undefined ? null : { ...blank(path), size: Buffer.byteLength(text) }
}

function blank(path: string): Stat {
  const inode = [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 7)
  return {
    ...{ kind: 'file', type: 8, mode: 0o644, uid: 0, gid: 0, size: 0, links: 1, blocks: 8, blockSize: 4096 },
    ...{ atime: 1_700_000_000, mtime: 1_700_000_000, ctime: 1_700_000_000 },
    ...{ identity: `1:${inode}`, inode, device: 1, owner: 'root', group: 'root' },
  } as Stat
}

function userOf(name: string, host: HostInWords): User | null {
  const all: Record<string, Partial<User>> = { root: { uid: 0, home: '/root' }, ...host.users }
  const [found, fields] =
    Object.entries(all).find(([own, { uid }]) => own === name || String(uid) === name) ?? []
  if (found === undefined) return null
  return {
    name: found,
    uid: 1000,
    gid: 1000,
    comment: '',
    home: `/home/${found}`,
    shell: '/bin/sh',
    ...fields,
  }
}

function groupOf(name: string, host: HostInWords): Group | null {
  const all: Record<string, number> = { root: 0, ...host.groups }
  const [found, gid] = Object.entries(all).find(([own, id]) => own === name || String(id) === name) ?? []
  return found === undefined || gid === undefined ? null : { name: found, gid, members: [] }
}
