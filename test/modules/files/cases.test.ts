import { describe, expect, it } from 'vitest'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import { execute } from '../../../src/modules/execute.ts'
import copy from '../../../src/modules/library/copy.ts'
import file from '../../../src/modules/library/file.ts'
import stat from '../../../src/modules/library/stat.ts'
import type { Action, Module } from '../../../src/modules/module.ts'
import type { PathFacts, Stat } from '../../../src/probes/stat.ts'
import type { Value } from '../../../src/values/value.ts'
import { caseContext } from '../conformance/case-context.ts'

/** sha256 of `new\n` */
const NEW = '7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c'
const MAY = { read: true, write: true, execute: true }

function state(over: Partial<Stat> = {}): Stat {
  const kind = over.kind ?? 'file'
  return {
    ...{ kind, type: { file: 8, directory: 4, link: 10, other: 1 }[kind], size: 4, links: 1, blocks: 8 },
    ...{ mode: kind === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' },
    ...{ atime: 1, mtime: 2, ctime: 3, identity: '1:2', inode: 2, device: 1, blockSize: 4096 },
    ...over,
  }
}

function at(path: string, stat: Stat | null, over: Partial<PathFacts> = {}): PathFacts {
  const directory = path === '/' ? '/' : path.slice(0, path.lastIndexOf('/')) || '/'
  return { path, stat, link: null, target: null, directory, may: MAY, ...over }
}

const directory = (path: string, over: Partial<Stat> = {}) => at(path, state({ kind: 'directory', ...over }))

const RUNS = { uid: 0, gid: 0, umask: 0o022 }
const ETC = [directory('/'), directory('/etc')]

/** What the module does on a host that answers so: the actions in its words, and the result. */
async function converge(module: Module, args: Record<string, Value>, answers: unknown, check = true) {
  const did: Action[] = []
  const params = readParameters(module, new Map(Object.entries(args)))
  const never = () => Promise.reject(new Error('not in check mode'))
  const result = await execute(
    { module, params, answers, context: caseContext({ check, diff: true }) },
    { look: never, run: never, push: never, call: never, wait: never, intend: async () => {} },
  )
  // What would be done: check mode stops at the first change, so that one is taken from the module itself.
  const steps = module.converge(params as never, answers as never, caseContext({ check }))
  const first = await steps.next().catch(() => undefined)
  if (first?.done === false) did.push(first.value)
  return { did, result }
}

const file_ = (itself: PathFacts, sha256: string | null, ancestors = ETC) => ({
  ...{ runs: RUNS, ancestors, itself },
  itsDigest: sha256 === null ? { kind: 'no-file' } : { kind: 'file', sha256 },
})

describe('copy', () => {
  const args = { content: 'new\n', dest: '/etc/f' }

  it('does nothing where the text is the same', async () => {
    const { did, result } = await converge(copy, args, file_(at('/etc/f', state()), NEW))
    expect(did).toEqual([])
    expect(result).toMatchObject({ changed: false, failed: false })
  })

  it('sets only the mode where the text is the same', async () => {
    const { did } = await converge(copy, { ...args, mode: '0600' }, file_(at('/etc/f', state()), NEW))
    expect(did).toMatchObject([{ says: 'set mode 0600 of /etc/f', touches: ['files'], contained: true }])
  })

  it.each([
    ['/etc/f', ETC, ['files']],
    [
      '/etc/systemd/system/f',
      [...ETC, directory('/etc/systemd'), directory('/etc/systemd/system')],
      ['files', 'units'],
    ],
    ['/etc/passwd', ETC, ['files', 'accounts']],
  ])('to %s says what it touches', async (dest, ancestors, touches) => {
    const { did } = await converge(copy, { ...args, dest }, file_(at(dest, null), null, ancestors))
    expect(did).toMatchObject([{ says: `create ${dest}`, touches }])
  })

  it('with a command that validates may touch anything', async () => {
    const { did } = await converge(copy, { ...args, validate: 'true %s' }, file_(at('/etc/f', null), null))
    expect(did[0]).not.toHaveProperty('touches')
    expect(did[0]).not.toHaveProperty('contained')
  })

  it('works in a directory of its own where others may write, and only there', async () => {
    const script = async (ancestors: PathFacts[]) => {
      const { did } = await converge(copy, args, file_(at('/etc/f', null), null, ancestors))
      return (did[0] as Action & { kind: 'run' }).script.reveal()
    }
    expect(await script(ETC)).not.toContain('mkdir')
    const hostile = [
      [directory('/'), directory('/etc', { uid: 1000 })],
      [directory('/'), directory('/etc', { mode: 0o1777 })],
      [directory('/', { uid: 1000 }), directory('/etc')],
    ]
    for (const ancestors of hostile) expect(await script(ancestors)).toContain('mkdir')
  })

  it('goes over no link of another user that leads to what is not theirs', async () => {
    const target = { path: '/root', stat: state({ kind: 'directory' }) }
    const link = at('/srv', state({ kind: 'link', uid: 1000, owner: 'eve' }), { link: '/root', target })
    const inside = at('/srv/f', null, { directory: '/root' })
    const { did, result } = await converge(
      copy,
      { ...args, dest: '/srv/f' },
      file_(inside, null, [directory('/'), link]),
    )
    expect(did).toEqual([])
    expect(result).toMatchObject({ failed: true, changed: false })
    expect(result.message).toContain('the link belongs to eve')
  })

  it('believes no answers about a way that do not fit together', async () => {
    const swapped = at('/etc/f', null, { directory: '/root' })
    const { result } = await converge(copy, args, file_(swapped, null))
    expect(result.message).toBe('/etc/f was moved while it was looked at')
  })
})

describe('file', () => {
  it.each([
    ['absent', {}, at('/etc/f', null), []],
    ['absent', {}, at('/etc/f', state()), ['remove /etc/f']],
    ['directory', {}, directory('/etc/f'), []],
    ['directory', {}, at('/etc/f', null), ['make directory /etc/f']],
    ['file', { mode: '0600' }, at('/etc/f', state()), ['set mode 0600 of /etc/f']],
    ['file', { modification_time: 'now' }, at('/etc/f', state()), ['set times of /etc/f']],
    ['touch', {}, at('/etc/f', state()), ['touch /etc/f']],
    ['touch', { modification_time: 'preserve', access_time: 'preserve' }, at('/etc/f', state()), []],
  ])('%s %j', async (kind, more, facts, says) => {
    const { did, result } = await converge(
      file,
      { path: '/etc/f', state: kind, ...more },
      { runs: RUNS, ancestors: ETC, facts },
    )
    expect(did.map((action) => action.says)).toEqual(says)
    expect(result).toMatchObject({ changed: says.length > 0, failed: false })
  })

  it('refuses times of a link', async () => {
    const args = { path: '/etc/f', state: 'link', src: '/etc/g', modification_time: 'now' }
    const facts = at('/etc/f', null)
    const { result } = await converge(file, args, { runs: RUNS, ancestors: ETC, facts })
    expect(result.message).toContain('modification_time is not supported with state: link')
  })
})

describe('stat', () => {
  const look = async (facts: PathFacts, ancestors = ETC) =>
    (await converge(stat, { path: facts.path }, { facts, ancestors, sum: { kind: 'no-file' } })).result

  it('tells what is there, nothing, and why it cannot tell', async () => {
    const there = (await look(at('/etc/f', state()))).values.get('stat') as Map<string, Value>
    expect([there.get('exists'), there.get('mode'), there.get('isreg')]).toEqual([true, '0644', true])
    expect(((await look(at('/etc/g', null))).values.get('stat') as Map<string, Value>).get('exists')).toBe(
      false,
    )
    const closed = [
      directory('/'),
      at('/etc', state({ kind: 'directory' }), { may: { ...MAY, execute: false } }),
    ]
    expect((await look(at('/etc/f', null, { directory: null }), closed)).message).toBe('Permission denied')
  })
})
