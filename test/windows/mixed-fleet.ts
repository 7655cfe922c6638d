import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/connection/connect.ts'
import { connectionSettings } from '../../src/connection/settings/settings.ts'
import { type PowerShellText, ps } from '../../src/shell/powershell/ps.ts'
import type { Value } from '../../src/values/value.ts'
import { collectors } from '../artifacts/releases/index.ts'
import type { TestHost } from '../hosts/index.ts'
import { type WindowsHosts, windowsKit } from '../hosts/windows/index.ts'
import { changes, Lab, limits, until } from '../run/lab.ts'
import { type Ended, summaryOf } from '../run/muster.ts'
import { buildAgentMsi } from './agent/build-agent-msi.ts'
import { compile, exporterMsi, prometheusZip } from './build.ts'
import { unpackPrograms, windowsArtifacts } from './programs.ts'

const PLAYBOOKS = join(import.meta.dirname, '../../playbooks')
const SWITCH = join(import.meta.dirname, 'switch.yaml')
const NAMES = ['host1', 'host2', 'wincmd', 'winps']

/** Puts a program in the place of Wine's own, which Wine takes only where it is told so. */
async function replaceProgram(
  hosts: WindowsHosts,
  host: TestHost,
  path: string,
  name: string,
): Promise<void> {
  await host.container.copyFilesToContainer([
    { source: path, target: `/C:/windows/system32/${name}`, mode: 0o755 },
  ])
  await ask(
    hosts,
    host,
    ps`$k=m_new_key 'HKCU:\Software\Wine\DllOverrides';m_set_value $k ${name} 'native' 'String';$k.Dispose()`,
  )
}

async function ask(hosts: WindowsHosts, host: TestHost, script: PowerShellText): Promise<string> {
  const variables = hosts.variables(host) as Record<string, Value>
  const connection = await connect(connectionSettings(host.name, (name) => variables[name]))
  try {
    const [output] = await connection.request(undefined, [{ script }])
    if (output?.rc !== 0) throw new Error(output?.stderr.toString('utf8'))
    return output.stdout.toString('utf8')
  } finally {
    await connection.close()
  }
}

/** What a host has of services, programs and files where muster puts any. */
async function stateOf(hosts: WindowsHosts, host: TestHost): Promise<string> {
  const known = await ask(
    hosts,
    host,
    ps`foreach($v in 'Registry64','Registry32'){
  $h=[Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine',$v)
  foreach($p in 'SYSTEM\CurrentControlSet\Services','SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall','SOFTWARE'){
    $k=$h.OpenSubKey($p)
    if($k){foreach($n in ($k.GetSubKeyNames()|Sort-Object)){w "$v $p\$n\`n"}}
  }
}`,
  )
  const files = await host.sh(
    "cd '/C:' && find ProgramData 'Program Files' 'Program Files (x86)' windows/system32/config -print 2>/dev/null | sort",
  )
  return `${known}${files}`
}

/** Two Linux hosts and two Windows-like ones under one command, from nothing and back. The tests build on one another. */
export function aMixedFleet(windows: () => WindowsHosts): void {
  const programs = windowsArtifacts()
  const kit = windowsKit() as string
  let lab: Lab
  let more: Record<string, Record<string, unknown>>
  let before: string[]
  beforeAll(async () => {
    const hosts = windows()
    const [msi, sc] = await Promise.all([buildAgentMsi(), compile('sc')])
    const linux = programs === undefined ? undefined : await collectors()
    lab = await Lab.start(
      2,
      {},
      {
        muster_region: 'eu-central-1',
        muster_role: 'test-node',
        muster_workspace: 'test',
        // A busy machine answers within it.
        scrape_interval: '3s',
        credentials_expire_in: 5,
        proof_timeout: 90,
      },
    )
    lab.cloud.settings.tokenLifetime = 12
    const built: Record<string, unknown> = { 'amazon-ssm-agent': msi }
    if (programs !== undefined) {
      const unpacked = unpackPrograms(join(lab.folder, 'programs'))
      built['prometheus'] = await prometheusZip(unpacked.prometheus, '3.5.3')
      built['windows_exporter'] = await exporterMsi(
        unpacked.windows_exporter,
        join(kit, 'asservice.exe'),
        '0.27.2',
      )
      built['winsw'] = await compile('wrapper')
    }
    const agent = lab.artifacts['amazon-ssm-agent']
    more = Object.fromEntries([
      ...lab.hosts.map((host) => [
        host.name,
        {
          ansible_host: '127.0.0.1',
          ansible_port: host.port,
          artifacts: {
            'amazon-ssm-agent': agent,
            ...(linux === undefined
              ? {}
              : { prometheus: linux.prometheus, node_exporter: linux.nodeExporter }),
          },
        },
      ]),
      ...hosts.hosts.map((host) => [
        host.name,
        {
          ...hosts.variables(host),
          ...{ ansible_become: false, muster_platform: 'windows', ansible_timeout: 20 },
          artifacts: built,
          // The test agent's .msi is signed by nobody, and Wine has no access lists.
          ssm_agent_signer: '',
          muster_check_access: false,
          windows_collectors: ['cs', 'cpu', 'os'],
        },
      ]),
    ])
    await Promise.all(hosts.hosts.map((host) => replaceProgram(hosts, host, sc.path, 'sc.exe')))
    before = await Promise.all(hosts.hosts.map((host) => stateOf(hosts, host)))
  }, 300_000)
  afterAll(() => lab?.stop())

  const apply = (playbook: string, ...words: string[]): Promise<Ended> =>
    lab.apply({ playbook: playbook.includes('/') ? playbook : join(PLAYBOOKS, playbook), more, words })
  const newest = (name: string, host: string) =>
    Math.max(
      0,
      ...lab.cloud.inspect
        .series(lab.cloud.inspect.workspaces()[0]?.id ?? '')
        .filter(({ labels }) => labels['__name__'] === name && labels['host'] === host)
        .flatMap(({ samples }) => samples.map(({ timestamp }) => timestamp)),
    )
  const nobodyChanged = Object.fromEntries([['localhost', 0], ...NAMES.map((name) => [name, 0])])
  const main = programs === undefined ? 'onboard.yaml' : 'site.yaml'

  test('comes under Systems Manager by one activation and one command, and a second run looks once', async () => {
    const first = await apply(main)
    expect(summaryOf(first).failures).toEqual([])
    expect(limits(first)).toEqual([4])
    const nodes = lab.cloud.inspect.nodes()
    expect(nodes.map((node) => node.report.platformType).sort()).toEqual([
      ...['Linux', 'Linux'],
      ...['Windows', 'Windows'],
    ])
    const second = await apply(main)
    expect(summaryOf(second).failures).toEqual([])
    expect(limits(second)).toEqual([])
    expect(changes(second)).toEqual(nobodyChanged)
    expect(summaryOf(second).cost).toMatchObject({ handshakes: 4, channels: 4, requests: 4 })
  })

  const needed = '(needs Prometheus and windows_exporter for Windows in MUSTER_ARTIFACTS)'
  test.skipIf(programs === undefined)(
    `sends metrics with keys that rotate, and shows them to verify ${needed}`,
    async () => {
      // Longer than any key lives.
      const later = Date.now() + 14_000
      await until(() => ['wincmd', 'winps'].every((host) => newest('windows_cs_hostname', host) > later))
      // A scrape that came to nothing ends a series until the next one.
      let verify = await lab.verify({ more, output: [] })
      await until(async () => {
        if (verify.code !== 0) verify = await lab.verify({ more, output: [] })
        return verify.code === 0
      })
      expect(verify.stdout).toMatch(/wincmd +mi-\w+ +Online +prometheus, windows_exporter/)
    },
    90_000,
  )

  test.skipIf(programs === undefined)(
    `makes way for another collector, as the plan says, and comes back ${needed}`,
    async () => {
      const senders = () =>
        Promise.all(
          windows().hosts.map(async (host) =>
            (
              await host.sh(
                "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c 'storage[.]agent' || true",
              )
            ).trim(),
          ),
        )
      expect(await senders()).not.toContain('0')
      const plan = await lab.plan({ playbook: SWITCH, more, output: ['--diff'] })
      expect(plan.stdout).toMatch(/wincmd[\s\S]*prometheus: ['"]?running, enabled/)
      expect(summaryOf(await apply(SWITCH)).failures).toEqual([])
      expect(await senders()).toEqual(['0', '0'])
      expect(changes(await apply(SWITCH))).toMatchObject({ wincmd: 0, winps: 0 })
      const back = await apply(main)
      expect(summaryOf(back).failures).toEqual([])
      // Its start mode, its start, and the restart that a change of the service asks for.
      expect(changes(back)).toMatchObject({ wincmd: 3, winps: 3 })
    },
  )

  test('is taken away again, and the Windows hosts are as before', async () => {
    expect(summaryOf(await apply('offboard.yaml')).failures).toEqual([])
    expect(lab.cloud.inspect.nodes()).toEqual([])
    const hosts = windows()
    const after = await Promise.all(hosts.hosts.map((host) => stateOf(hosts, host)))
    expect(after).toEqual(before)
    expect(changes(await apply('offboard.yaml'))).toMatchObject({ wincmd: 0, winps: 0 })
  })
}
