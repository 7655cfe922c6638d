import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab } from '../lab.ts'
import { summaryOf } from '../muster.ts'

// Facts of a real Debian, and the modules that look at a host, beside what ansible-core 2.19.14 said of the same host.

let lab: Lab
let folder: string
beforeAll(async () => {
  lab = await Lab.start(1)
  folder = await mkdtemp(join(tmpdir(), 'muster-facts-'))
})
afterAll(async () => {
  await lab?.stop()
  await rm(folder, { recursive: true, force: true })
})

const PLAYBOOK = `- hosts: all
  become: true
  tasks:
    - stat: { path: /etc/debian_version }
      when: ansible_os_family == 'Debian'
    - service_facts:
    - getent: { database: passwd, key: ops }
    - find: { paths: /etc/ssh, patterns: "ssh_host_*_key.pub" }
    - debug:
        msg:
          - "{{ ansible_distribution }} {{ ansible_distribution_release }} {{ ansible_distribution_major_version }}"
          - "{{ ansible_pkg_mgr }} {{ ansible_service_mgr }} {{ ansible_user_id }} {{ ansible_env.SUDO_USER }}"
          - "{{ ansible_virtualization_type }} {{ ansible_virtualization_role }} {{ ansible_selinux.status }}"
          - "{{ ansible_default_ipv4.address in ansible_all_ipv4_addresses }} {{ ansible_eth0.type }}"
          - "{{ ansible_local.own.key }} {{ ansible_ssh_host_key_ed25519_public is defined }}"
    - fetch: { src: /etc/shadow, dest: got/ , flat: true }
- hosts: all
  tasks:
    - debug: { msg: "{{ ansible_user_id }} {{ ansible_product_serial }}" }
`

test('are asked for as whom the play works, with what its tasks need to know, in one request', async () => {
  const [host] = lab.hosts
  await host!.sh(`mkdir -p /etc/ansible/facts.d && echo '{"key": "value"}' >/etc/ansible/facts.d/own.fact`)
  const playbook = join(folder, 'play.yaml')
  await writeFile(playbook, PLAYBOOK)
  const ended = await lab.apply({ playbook })
  expect(summaryOf(ended).failures).toEqual([])
  const tasks = ended.events.filter(({ type }) => type === 'task')
  const [, services, getent, find, debug, , last] = tasks.map(({ result }) => result as Record<string, never>)
  expect(services!['ansible_facts']).toMatchObject({
    services: { 'ssh.service': { state: 'running', status: 'enabled', source: 'systemd' } },
  })
  expect(getent!['ansible_facts']).toEqual({ getent_passwd: { ops: expect.arrayContaining(['1000']) } })
  expect(find!['matched']).toBeGreaterThan(0)
  expect(debug!['msg']).toEqual([
    'Debian bookworm 12',
    'apt systemd root ops',
    expect.stringMatching(/^(docker|container|podman|lxc) guest disabled$/),
    'True ether',
    'value True',
  ])
  expect(await readFile(join(folder, 'got/shadow'), 'utf8')).toContain('root:')
  // As the login user in the next play: whose name it is, and nothing that only root may read.
  expect(last!['msg']).toMatch(/^ops NA/)
  // One to look at everything, one to fetch; one for the facts of the second play.
  expect(summaryOf(ended).cost.requests).toBe(3)
})
