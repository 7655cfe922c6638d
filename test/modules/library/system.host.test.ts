import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadModule } from '../../../src/modules/registry.ts'
import type { Json } from '../conformance/case.ts'
import { toValue } from '../conformance/case.ts'
import { caseContext } from '../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../conformance/case-host.ts'
import { runModule } from '../conformance/run-module.ts'

// Modules that see to the host itself, on one real host: check mode, the run, the run again, and what its own programs say.

let target: CaseHost
beforeAll(async () => {
  target = await startCaseHost()
})
afterAll(() => target?.stop())

const sh = async (script: string) => (await target.host.sh(script)).trim()

type Args = { readonly [name: string]: Json }

async function run(name: string, args: Args, check = false) {
  const module = await loadModule(name)
  const values = new Map(Object.entries(args).map(([key, value]) => [key, toValue(value)]))
  return runModule(module, values, caseContext({ check }), target.connection, ROOT)
}

/** Changed once, said before, and not a second time; then the script prints that. */
async function settles(name: string, args: Args, script: string, prints: string) {
  const before = await sh(script)
  expect(await run(name, args, true)).toMatchObject({ failed: false, changed: true, changes: [] })
  expect(await sh(script), 'check mode changes nothing').toBe(before)
  expect(await run(name, args)).toMatchObject({ failed: false, changed: true })
  expect(await sh(script)).toBe(prints)
  expect(await run(name, args)).toMatchObject({ failed: false, changed: false, changes: [] })
}

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIHbzFJZnSlsTPiYhRyXNMYU0nQ0Sbq1ITXLoCFQnGUVn'

describe('known_hosts', () => {
  const path = '/srv/known_hosts'
  const find = (host: string) =>
    `[ -e ${path} ] && ssh-keygen -F ${host} -f ${path} | tail -n 1 | cut -d' ' -f2-`

  it('writes keys that ssh finds, hashed ones too, and removes them', async () => {
    const key = `git.example.com ssh-ed25519 ${KEY}`
    await settles(
      'known_hosts',
      { name: 'git.example.com', key, path },
      `${find('git.example.com')}; true`,
      `ssh-ed25519 ${KEY}`,
    )
    const other = key.replace('git', 'other')
    const hashed = { name: 'other.example.com', key: other, path, hash_host: true }
    await settles('known_hosts', hashed, `${find('other.example.com')}; true`, `ssh-ed25519 ${KEY}`)
    expect(await sh(`grep -c '^|1|' ${path}`)).toBe('1')
    // What ssh-keygen hashes is found, too.
    await sh(`ssh-keygen -q -H -f ${path} 2>/dev/null; rm -f ${path}.old`)
    await settles('known_hosts', { name: 'git.example.com', path, state: 'absent' }, `grep -c . ${path}`, '1')
  })

  it('follows no link by which a user would have it write elsewhere', async () => {
    await sh('su ops -c "ln -s /etc/shadow /home/ops/.ssh/known_hosts"; cp /etc/shadow /srv/shadow')
    const ran = await run('known_hosts', {
      ...{ name: 'a.example', key: `a.example ssh-ed25519 ${KEY}` },
      path: '/home/ops/.ssh/known_hosts',
    })
    expect([ran.failed, ran.msg]).toEqual([true, expect.stringContaining('refusing to follow')])
    expect(await sh('cmp /etc/shadow /srv/shadow && echo same')).toBe('same')
  })
})

describe('mount', () => {
  const path = '/srv/data/in side'
  const mount = { path, src: 'tmpfs', fstype: 'tmpfs', opts: 'size=1m', state: 'mounted' }
  const look = `findmnt -rno FSTYPE,SIZE --mountpoint '${path}'; grep -c side /etc/fstab; true`

  it('mounts, mounts anew with other options, and is gone again', async () => {
    await settles('mount', mount, look, 'tmpfs 1M\n1')
    await settles('mount', { ...mount, opts: 'size=2m' }, look, 'tmpfs 2M\n1')
    await settles('mount', { path, state: 'unmounted' }, look, '1')
    await settles('mount', { path, state: 'absent' }, `${look}; [ -e '${path}' ] || echo gone`, '0\ngone')
  })

  it('leaves nothing behind that cannot be mounted', async () => {
    const fstab = await sh('cat /etc/fstab')
    const ran = await run('mount', {
      path: '/srv/no/thing',
      src: '/dev/nosuch',
      fstype: 'ext4',
      state: 'mounted',
    })
    expect([ran.failed, ran.msg]).toEqual([true, expect.stringContaining('Error mounting /srv/no/thing')])
    expect(await sh('cat /etc/fstab; ls /srv | grep -c "^no$"; true')).toBe(`${fstab}\n0`)
  })

  it('mounts beside fstab, and not over something else', async () => {
    await sh('mkdir -p /srv/from; echo here >/srv/from/file')
    const bind = { path: '/srv/bound', src: '/srv/from', fstype: 'none', opts: 'bind', state: 'ephemeral' }
    expect(await run('mount', bind)).toMatchObject({ failed: false, changed: true })
    expect(await sh('cat /srv/bound/file; grep -c bound /etc/fstab; true')).toBe('here\n0')
    const other = await run('mount', { ...bind, src: '/srv' })
    expect([other.failed, other.changes]).toEqual([true, []])
  })
})

it('timezone sets the link', async () => {
  await sh('mkdir -p /usr/share/zoneinfo/Test; echo TZif >/usr/share/zoneinfo/Test/Zone')
  const look = 'case $(readlink /etc/localtime) in */zoneinfo/Test/Zone) echo there ;; esac'
  await settles('timezone', { name: 'Test/Zone' }, look, 'there')
})

it('capabilities are those that getcap tells, behind a link', async () => {
  await sh('cp /bin/true /srv/prog; ln -s prog /srv/link')
  const add = { path: '/srv/link', capability: 'cap_net_raw+ep' }
  await settles('capabilities', add, 'getcap /srv/prog | cut -d" " -f2-', 'cap_net_raw=ep')
  const gone = { path: '/srv/prog', capability: 'cap_net_raw', state: 'absent' }
  await settles('capabilities', gone, 'getcap /srv/prog', '')
})

it('cron writes a file for cron, and removes the empty one', async () => {
  await sh('mkdir -p /etc/cron.d')
  const job = { name: 'renew', cron_file: 'renew', user: 'root', minute: '17', job: '/bin/true' }
  const look = 'cat /etc/cron.d/renew 2>/dev/null; stat -c %a /etc/cron.d/renew 2>/dev/null; true'
  await settles('cron', job, look, '#Ansible: renew\n17 * * * * root /bin/true\n644')
  await settles('cron', { name: 'renew', cron_file: 'renew', state: 'absent' }, look, '')
})
