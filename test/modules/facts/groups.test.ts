import { describe, expect, test } from 'vitest'
import { FACT_GROUPS, factNames, groupOfFact } from '../../../src/modules/facts/index.ts'
import { groupsOf } from '../../../src/modules/facts/subsets.ts'
import { factsOf } from './answers.ts'

const ADDRESSES = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host noprefixroute
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff
    inet 10.1.2.3/20 brd 10.1.15.255 scope global dynamic eth0
    inet 10.1.2.4/20 brd 10.1.15.255 scope global secondary eth0:1
    inet6 2001:db8::9/64 scope global temporary dynamic
    inet6 2001:db8::3/64 scope global
3: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420
    inet 192.168.9.1 peer 192.168.9.2/32 scope global wg0`

describe('network', () => {
  const facts = factsOf('default_ipv4', {
    route_four: '8.8.8.8 via 10.1.0.1 dev eth0 src 10.1.2.3 uid 0\n    cache',
    route_six: '',
    addresses: ADDRESSES,
    interface: [],
  }) as Record<string, unknown>

  test('the default route is told with its address', () => {
    expect(facts['default_ipv4']).toEqual({
      gateway: '10.1.0.1',
      interface: 'eth0',
      address: '10.1.2.3',
      broadcast: '10.1.15.255',
      netmask: '255.255.240.0',
      network: '10.1.0.0',
      prefix: '20',
      alias: 'eth0',
    })
    expect(facts['default_ipv6']).toEqual({})
    expect(facts['all_ipv4_addresses']).toEqual(['10.1.2.3', '10.1.2.4', '192.168.9.1'])
    expect(facts['all_ipv6_addresses']).toEqual(['2001:db8::3', '2001:db8::9'])
  })

  test('interfaces have their addresses, aliases are interfaces too', () => {
    const all = factsOf('default_ipv4', {
      addresses: ADDRESSES,
      interface: 'eth0',
      address: '52:54:00:12:34:56',
      mtu: '1500',
      operstate: 'up',
      type: '1',
      flags: '0x1003',
    }) as Record<string, Record<string, unknown>>
    expect(all['interfaces']).toEqual(['eth0', 'eth0_1'])
    expect(all['eth0']).toMatchObject({
      macaddress: '52:54:00:12:34:56',
      mtu: 1500,
      active: true,
      type: 'ether',
      promisc: false,
      ipv4: { address: '10.1.2.3' },
      ipv4_secondaries: [{ address: '10.1.2.4', prefix: '20' }],
      ipv6: [{ address: '2001:db8::3' }, { address: '2001:db8::9', scope: 'global' }],
    })
    expect(all['eth0_1']).toMatchObject({ ipv4_secondaries: [{ address: '10.1.2.4' }] })
  })

  test('without ip there are none', () => {
    expect(factsOf('default_ipv4', {})).toEqual({})
  })
})

describe('processors', () => {
  const one = (processor: number, socket: number, core: number) =>
    `processor\t: ${processor}\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t\t: ${core}\ncpu cores\t: 2\nflags\t\t: fpu vme`

  test('sockets, cores and threads', () => {
    const cpuinfo = [0, 1].flatMap((socket) =>
      [0, 1, 0, 1].map((core, at) => one(socket * 4 + at, socket, core)),
    )
    expect(
      factsOf('processor', { machine: 'x86_64', cpuinfo: cpuinfo.join('\n\n'), allowed: ' 0-3,6' }),
    ).toMatchObject({
      processor_count: 2,
      processor_cores: 2,
      processor_threads_per_core: 2,
      processor_vcpus: 8,
      processor_nproc: 5,
      flags: ['fpu', 'vme'],
    })
  })

  test('of ARM, which has no sockets', () => {
    const cpuinfo = 'processor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\nBogoMIPS\t: 50'
    expect(factsOf('processor', { machine: 'aarch64', cpuinfo })).toEqual({
      processor: ['0', '1'],
      processor_count: 2,
      processor_cores: 1,
      processor_threads_per_core: 1,
      processor_vcpus: 2,
      processor_nproc: 2,
    })
  })

  test('Xen paravirtual ones count one by one', () => {
    const cpuinfo = [one(0, 0, 0), one(1, 0, 0)].join('\n\n').replaceAll(' vme', '')
    expect(factsOf('processor', { machine: 'x86_64', cpuinfo, xen: '' })).toMatchObject({
      processor_count: 2,
      processor_cores: 2,
      processor_vcpus: 2,
    })
  })
})

test('memory is told in megabytes', () => {
  const meminfo =
    'MemTotal: 4096000 kB\nMemFree: 1024000 kB\nBuffers: 102400 kB\nCached: 1024000 kB\nSwapCached: 0 kB\nSwapTotal: 2048000 kB\nSwapFree: 1024000 kB'
  expect(factsOf('memtotal_mb', { meminfo, uptime: '93600.12 1.0' })).toEqual({
    memtotal_mb: 4000,
    memfree_mb: 1000,
    swaptotal_mb: 2000,
    swapfree_mb: 1000,
    memory_mb: {
      real: { total: 4000, used: 3000, free: 1000 },
      nocache: { free: 2100, used: 1900 },
      swap: { total: 2000, free: 1000, used: 1000, cached: 0 },
    },
    uptime_seconds: 93600,
  })
})

test('mounts have sizes, identities, and are told when they are bound', () => {
  const facts = factsOf('mounts', {
    mounts:
      'proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw,relatime 0 1\n/dev/sda1 /my\\040data ext4 rw 0 0\nnas:/x /mnt nfs rw 0 0',
    mountinfo: '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:1 /data /my\\040data rw - ext4 /dev/sda1 rw',
    sizes: '4096 4096 100 40 10 4 /\n4096 4096 100 40 10 4 /my data',
    uuids: '/dev/sda\n/dev/sda1 8b2f-11',
  }) as { mounts: Record<string, unknown>[] }
  expect(facts.mounts.map(({ mount, options, uuid }) => [mount, options, uuid])).toEqual([
    ['/', 'rw,relatime', '8b2f-11'],
    ['/my data', 'rw,bind', '8b2f-11'],
    ['/mnt', 'rw', 'N/A'],
  ])
  expect(facts.mounts[0]).toMatchObject({
    size_total: 409600,
    size_available: 163840,
    block_used: 60,
    inode_used: 6,
    passno: 1,
  })
  expect(facts.mounts[2]).not.toHaveProperty('size_total')
})

describe('virtualization', () => {
  test.each([
    ['a container of docker', { cgroup: '0::/docker/12ab', docker: '' }, ['docker', 'guest']],
    ['a container of docker with cgroups of its own', { cgroup: '0::/', docker: '' }, ['docker', 'guest']],
    ['podman', { environ: 'container=podman\nA=b' }, ['podman', 'guest']],
    [
      'EC2 with Nitro',
      { sys_vendor: 'Amazon EC2', bios_vendor: 'Amazon EC2', product_name: 't3.micro' },
      ['kvm', 'guest'],
    ],
    ['VMware', { product_name: 'VMware Virtual Platform' }, ['VMware', 'guest']],
    ['Hyper-V', { sys_vendor: 'Microsoft Corporation' }, ['VirtualPC', 'guest']],
    ['a machine that runs machines', { modules: 'kvm', kvm: '' }, ['kvm', 'host']],
    ['a guest by its driver', { modules: 'virtio' }, ['kvm', 'guest']],
    ['a plain machine', { sys_vendor: 'Dell Inc.' }, ['NA', 'NA']],
  ])('%s', (_name, fields, [type, role]) => {
    expect(factsOf('virtualization_type', fields as never)).toMatchObject({
      virtualization_type: type,
      virtualization_role: role,
    })
  })
})

describe('service_mgr', () => {
  test.each([
    [{ comm: 'systemd', systemctl: '' }, 'systemd'],
    [{ comm: 'init', systemctl: '', booted: '' }, 'systemd'],
    [{ comm: 'bash', sysvinit: '' }, 'sysvinit'],
    [{ comm: 'init', init: '/lib/systemd/systemd', systemctl: '' }, 'systemd'],
    [{ comm: 'init', openrc: '' }, 'openrc'],
    [{ comm: 'procd' }, 'openwrt_init'],
    [{ comm: 'runit-init' }, 'runit'],
    [{ comm: 'sh' }, 'service'],
  ])('%o', (fields, expected) => {
    expect(factsOf('service_mgr', fields as never)).toEqual({ service_mgr: expected })
  })
})

test('selinux', () => {
  expect(factsOf('selinux', {})).toEqual({ selinux_python_present: true, selinux: { status: 'disabled' } })
  const config = '# x\nSELINUX=enforcing\nSELINUXTYPE=targeted'
  expect(factsOf('selinux', { there: '', enforce: '0', policyvers: '33', config })).toEqual({
    selinux_python_present: true,
    selinux: {
      status: 'enabled',
      policyvers: 33,
      config_mode: 'enforcing',
      mode: 'permissive',
      type: 'targeted',
    },
  })
})

test('the time of a host in its own zone, and the name of its summer', () => {
  const now = '1767225599 2025 12 Wednesday 3 52 31 23 59 59 CET +0100 123456789'
  expect(factsOf('date_time', { now, other: 'CEST +0200' })).toEqual({
    date_time: expect.objectContaining({
      date: '2025-12-31',
      time: '23:59:59',
      epoch: '1767225599',
      iso8601: '2025-12-31T23:59:59Z',
      iso8601_micro: '2025-12-31T23:59:59.123456Z',
      iso8601_basic_short: '20251231T235959',
      tz: 'CET',
      tz_dst: 'CEST',
      tz_offset: '+0100',
    }),
  })
})

test('what a name in the environment calls secret is one', () => {
  expect(factsOf('env', { rest: 'HOME=/root\0AWS_SECRET_ACCESS_KEY=abc\0' })).toEqual({
    env: { HOME: '/root', AWS_SECRET_ACCESS_KEY: 'SECRET abc' },
  })
})

test('the kernel’s command line, words that come twice', () => {
  expect(factsOf('cmdline', { cmdline: 'quiet console=tty0 console="ttyS0 x"' })).toEqual({
    cmdline: { quiet: true, console: '"ttyS0 x"' },
    proc_cmdline: { quiet: true, console: ['tty0', '"ttyS0 x"'] },
  })
})

describe('groups', () => {
  test('a fact is in one group, and the names of connection variables are in none', () => {
    const names = FACT_GROUPS.flatMap(({ facts }) => facts)
    expect(new Set(names).size).toBe(names.length)
    expect([...factNames()].sort()).toEqual([...names].sort())
    for (const name of [
      'user',
      'host',
      'port',
      'become',
      'connection',
      'loop_var',
      'docker_extra_args',
      'python_interpreter',
      'ssh_common_args',
      'facts',
    ])
      expect(groupOfFact(name), name).toBeUndefined()
    for (const name of ['eth0', 'ens5', 'enp0s3', 'lo', 'docker0', 'eth0.100', 'wlp2s0', 'br_lan'])
      expect(groupOfFact(name)?.name, name).toBe('network')
  })

  test.each([
    [['all'], ['distribution', 'network', 'local', 'memory']],
    [['!all'], ['distribution', 'kernel', 'selinux']],
    [['network'], ['distribution', 'network', 'dns']],
    [
      ['!all', '!min', 'hardware'],
      ['memory', 'cpu', 'dmi', 'kernel'],
    ],
    [['!hardware'], ['distribution', 'env', 'local']],
    [
      ['!all', 'date_time'],
      ['date_time', 'distribution'],
    ],
  ])('gather_subset %o brings %o', (subset, groups) => {
    const found = groupsOf(subset).map(({ name }) => name)
    expect(found).toEqual(expect.arrayContaining(groups))
    expect(found.includes('memory')).toBe(groups.includes('memory'))
    if (subset.includes('!min')) expect(found).not.toContain('distribution')
  })

  test('an unknown subset is refused', () => {
    expect(() => groupsOf(['nosuch'])).toThrow("Bad subset 'nosuch'")
    expect(groupsOf(['!nosuch', 'all'])).toEqual(FACT_GROUPS)
  })
})

test('nonsense from a host gives no facts, and no error', () => {
  for (const group of FACT_GROUPS) {
    const fields = Object.fromEntries(
      [
        'meminfo',
        'cpuinfo',
        'now',
        'addresses',
        'mounts',
        'sizes',
        'version',
        'load',
        'passwd',
        'rest',
        'device',
        'name',
        'content',
        'cgroup',
        'os_release',
      ].map((name) => [name, '\u0000\uFFFD::::=  \n\n==\n1e999 -1 NaN']),
    )
    expect(() => factsOf(group.facts[0]!, fields)).not.toThrow()
  }
})
