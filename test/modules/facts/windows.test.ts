import { expect, test } from 'vitest'
import { FactAnswers } from '../../../src/modules/facts/group.ts'
import { windowsFacts } from '../../../src/modules/facts/windows.ts'

const facts = (fields: readonly (readonly [string, string])[]) =>
  windowsFacts(new FactAnswers(fields.map(([name, value]) => ({ name, value: Buffer.from(value) }))))

test('what a Windows machine says is told by the names of Ansible', () => {
  const found = facts([
    ['product', 'Windows Server 2022 Standard'],
    ['build', '20348'],
    ['revision', '2700'],
    ['role', 'ServerNT'],
    ['architecture', 'AMD64'],
    ['hostname', 'web1'],
    ['domain', 'corp.example'],
    ['memory', String(8 * 2 ** 30)],
    ['free', String(2 * 2 ** 30)],
    ['address', '10.0.0.5'],
    ['address', 'fe80::1%7'],
    ['address', '127.0.0.1'],
    ['reboot', 'update'],
    ['variable', 'Path=C:\\a;C:\\b=c'],
  ])
  expect(Object.fromEntries(found)).toMatchObject({
    os_family: 'Windows',
    distribution: 'Microsoft Windows Server 2022 Standard',
    distribution_version: '10.0.20348.2700',
    os_product_type: 'server',
    architecture: '64-bit',
    architecture2: 'x86_64',
    fqdn: 'web1.corp.example',
    windows_domain_member: true,
    memtotal_mb: 8192,
    ip_addresses: ['10.0.0.5', 'fe80::1', '127.0.0.1'],
    all_ipv4_addresses: ['10.0.0.5'],
    reboot_pending: true,
    env: new Map([['Path', 'C:\\a;C:\\b=c']]),
  })
})

test('what it does not say is not invented', () => {
  const found = facts([['hostname', 'web1']])
  expect(found.has('memtotal_mb')).toBe(false)
  expect(found.get('reboot_pending')).toBe(false)
  expect(found.get('fqdn')).toBe('web1')
})
