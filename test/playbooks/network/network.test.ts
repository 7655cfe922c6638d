import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plain } from '../../modules/aws/plain.ts'
import { renderPlaybook } from '../render.ts'
import { readYaml } from '../yaml.ts'

type Variables = Readonly<Record<string, Plain>>

const PROXY = 'http://proxy.example.com:3128'
const PRIVATE = {
  ssm: 'https://vpce-1.ssm.eu-central-1.vpce.amazonaws.com',
  ssmmessages: 'vpce-2.ssmmessages.eu-central-1.vpce.amazonaws.com',
  ec2messages: 'https://vpce-3.ec2messages.eu-central-1.vpce.amazonaws.com/',
  s3: 'https://bucket.vpce-4.s3.eu-central-1.vpce.amazonaws.com',
  kms: 'https://vpce-5.kms.eu-central-1.vpce.amazonaws.com',
  sts: 'https://vpce-6.sts.eu-central-1.vpce.amazonaws.com',
  'aps-workspaces': 'https://vpce-7.aps-workspaces.eu-central-1.vpce.amazonaws.com',
}
const COLLECTORS = [
  ...['prometheus', 'grafana-agent', 'alloy', 'otelcol', 'adot', 'vmagent', 'cloudwatch-agent'],
].map((name) => `${name}.yaml`)

let folder: string
let ca: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-network-'))
  ca = join(folder, 'ca.pem')
  await writeFile(ca, 'Example Corp\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')
})
afterAll(() => rm(folder, { recursive: true }))

/** The environment file of a playbook, as systemd reads it. */
async function environment(variables: Variables, playbook = 'otelcol.yaml'): Promise<Record<string, string>> {
  const rendered = await renderPlaybook(playbook, variables)
  const hidden = JSON.stringify(variables).includes('@')
  const text = await (hidden ? rendered.secretFile('network.env.j2') : rendered.file('network.env.j2'))
  return Object.fromEntries(
    [...text.matchAll(/^([A-Za-z_]+)="((?:[^"\\\n]|\\.)*)"$/gm)].map(([, name, value]) => [
      name!,
      value!.replace(/\\(.)/g, '$1'),
    ]),
  )
}

describe('the environment of what talks to AWS', () => {
  it('is empty where nothing is set, and no unit names it', async () => {
    expect(await environment({})).toEqual({})
    for (const [playbook, unit] of [
      ['alloy.yaml', 'collector.conf.j2'],
      ['prometheus.yaml', 'prometheus.service.j2'],
      ['vmagent.yaml', 'vmagent.service.j2'],
    ] as const)
      expect(await (await renderPlaybook(playbook)).file(unit)).not.toMatch(/network\.env|envflag/)
    expect(await (await renderPlaybook('prometheus.yaml')).file('prometheus.yml.j2')).not.toContain('proxy')
  })

  it('has one proxy for all, and what never goes through it', async () => {
    expect(await environment({ muster_proxy: PROXY })).toEqual({
      http_proxy: PROXY,
      https_proxy: PROXY,
      no_proxy: '169.254.169.254,localhost,127.0.0.1,::1',
    })
  })

  it('has what a mapping says, with private endpoints in no_proxy', async () => {
    const muster_proxy = { https_proxy: PROXY, no_proxy: ['.corp.example.com', '10.0.0.0/8', 'localhost'] }
    const { no_proxy, ...rest } = await environment({ muster_proxy, muster_endpoints: PRIVATE })
    expect(rest).toEqual({ https_proxy: PROXY, AWS_ENDPOINT_URL_STS: PRIVATE.sts })
    expect(no_proxy?.split(',')).toEqual([
      ...['169.254.169.254', 'localhost', '127.0.0.1', '::1'],
      ...Object.values(PRIVATE).map((url) => url.replace(/^https:\/\/|\/$/g, '')),
      ...['.corp.example.com', '10.0.0.0/8'],
    ])
    expect(
      (await environment({ muster_proxy: { ...muster_proxy, no_proxy: ' a.example, b.example ' } }))[
        'no_proxy'
      ],
    ).toMatch(/,a\.example,b\.example$/)
  })

  it('names the CA, which programs in Go trust beside the host’s own', async () => {
    expect(await environment({ muster_ca_file: ca })).toEqual({ SSL_CERT_FILE: '/etc/muster/ca.pem' })
  })

  it.each(COLLECTORS)('%s: its unit reads it', async (playbook) => {
    const rendered = await renderPlaybook(playbook, { muster_proxy: PROXY })
    const unit =
      { 'prometheus.yaml': 'prometheus.service.j2', 'vmagent.yaml': 'vmagent.service.j2' }[playbook] ??
      (playbook === 'cloudwatch-agent.yaml' ? 'cloudwatch-agent.conf.j2' : 'collector.conf.j2')
    expect(await rendered.file(unit)).toMatch(
      /^\[Service\]\n(?:.*\n)*EnvironmentFile=\/etc\/muster\/network\.env\n/m,
    )
    expect(await rendered.file('amazon-ssm-agent.conf.j2')).toContain(
      '[Service]\nEnvironmentFile=/etc/muster/network.env\n',
    )
  })
})

describe('collectors take the proxy from it', () => {
  it('Prometheus and Grafana Agent are told to, for what they send alone', async () => {
    const prometheus = readYaml(
      await (await renderPlaybook('prometheus.yaml', { muster_proxy: PROXY })).file('prometheus.yml.j2'),
    ) as { remote_write: [Record<string, unknown>]; scrape_configs: [Record<string, unknown>] }
    expect(prometheus.remote_write[0]['proxy_from_environment']).toBe(true)
    expect(prometheus.scrape_configs[0]).not.toHaveProperty('proxy_from_environment')
    const agent = readYaml(
      await (await renderPlaybook('grafana-agent.yaml', { muster_proxy: PROXY })).file(
        'grafana-agent.yaml.j2',
      ),
    ) as { metrics: { global: { remote_write: [Record<string, unknown>] } } }
    expect(agent.metrics.global.remote_write[0]['proxy_from_environment']).toBe(true)
  })

  it('Prometheus before 2.43 cannot: refused by name', async () => {
    const artifacts = {
      node_exporter: { path: '/x', version: '1.2' },
      prometheus: { path: '/x', version: '2.42.0' },
    }
    const rendered = await renderPlaybook('prometheus.yaml', { muster_proxy: PROXY, artifacts })
    expect(rendered.mistakes()).toEqual([expect.stringContaining('needs Prometheus 2.43')])
  })

  it('Alloy is told to', async () => {
    expect(
      await (await renderPlaybook('alloy.yaml', { muster_proxy: PROXY })).file('config.alloy.j2'),
    ).toContain('\n    proxy_from_environment = true\n')
  })

  it('vmagent knows a flag alone, whose value is in no command line, and no no_proxy', async () => {
    const through = async (variables: Variables) => {
      const rendered = await renderPlaybook('vmagent.yaml', variables)
      const flags = (await rendered.file('vmagent.service.j2')).includes(' -envflag.enable\n')
      const proxy = (await environment(variables, 'vmagent.yaml'))['remoteWrite_proxyURL']
      expect(flags).toBe(proxy !== undefined)
      return proxy
    }
    const proxy = 'http://ops:x%20y@proxy.example.com:3128'
    expect(await through({ muster_proxy: proxy })).toBe(proxy)
    for (const no_proxy of ['.amazonaws.com', '*.amazonaws.com', 'amazonaws.com', '*'])
      expect(await through({ muster_proxy: { https_proxy: proxy, no_proxy } }), no_proxy).toBeUndefined()
    expect(await through({ muster_proxy: { https_proxy: proxy, no_proxy: '.aws.com' } })).toBe(proxy)
    expect(await through({ muster_proxy: { http_proxy: proxy } })).toBeUndefined()
    expect(await through({ muster_proxy: proxy, muster_endpoints: PRIVATE })).toBeUndefined()
  })
})

describe('endpoints', () => {
  const agent = async (variables: Variables) =>
    JSON.parse(
      await (await renderPlaybook('prometheus.yaml', variables)).file('amazon-ssm-agent.json.j2'),
    ) as Record<string, { Endpoint?: string }>

  it('that are private reach the agent and the collector; without a scheme they are https', async () => {
    const { Identity, ...parts } = await agent({ muster_endpoints: PRIVATE })
    expect(Identity).toEqual({ ConsumptionOrder: ['OnPrem'] })
    expect(parts).toEqual({
      Ssm: { Endpoint: PRIVATE.ssm },
      Mds: { Endpoint: PRIVATE.ec2messages.replace(/\/$/, '') },
      Mgs: { Endpoint: `https://${PRIVATE.ssmmessages}` },
      S3: { Endpoint: PRIVATE.s3 },
      Kms: { Endpoint: PRIVATE.kms },
    })
    const rendered = await renderPlaybook('prometheus.yaml', { muster_endpoints: PRIVATE })
    expect(await rendered.file('prometheus.yml.j2')).toContain(
      `url: "${PRIVATE['aps-workspaces']}/workspaces/ws-1/api/v1/remote_write"`,
    )
  })

  it('of the proof are those of the hosts, unless another is named', async () => {
    const proof = async (variables: Variables) => {
      const rendered = await renderPlaybook('prometheus.yaml', variables)
      return String(rendered.variable('network_proof'))
    }
    expect(await proof({})).toBe('')
    expect(await proof({ muster_endpoints: PRIVATE })).toBe(PRIVATE['aps-workspaces'])
    const proof_endpoint = 'https://aps-workspaces.eu-central-1.amazonaws.com'
    expect(await proof({ muster_endpoints: PRIVATE, proof_endpoint })).toBe(proof_endpoint)
  })

  it('for FIPS, where there are such; a private one wins', async () => {
    const fips = { muster_fips: true, muster_region: 'us-east-1' }
    expect(await agent(fips)).toMatchObject({
      Ssm: { Endpoint: 'https://ssm-fips.us-east-1.amazonaws.com' },
      Mds: { Endpoint: 'https://ec2messages-fips.us-east-1.amazonaws.com' },
      Mgs: { Endpoint: 'https://ssmmessages-fips.us-east-1.amazonaws.com' },
      S3: { Endpoint: 'https://s3-fips.dualstack.us-east-1.amazonaws.com' },
      Kms: { Endpoint: 'https://kms-fips.us-east-1.amazonaws.com' },
    })
    expect(await agent({ ...fips, muster_region: 'us-gov-west-1' })).toMatchObject({
      Ssm: { Endpoint: 'https://ssm.us-gov-west-1.amazonaws.com' },
    })
    expect(await agent({ ...fips, muster_endpoints: { ssm: 'ssm.example' } })).toMatchObject({
      Ssm: { Endpoint: 'https://ssm.example' },
    })
    // They are public: the proxy is asked.
    expect((await environment({ ...fips, muster_proxy: PROXY }))['no_proxy']).not.toContain('fips')
    const rendered = await renderPlaybook('otelcol.yaml', fips)
    expect(rendered.mistakes()).toEqual([])
    expect(await rendered.file('otelcol.yaml.j2')).toContain(
      'https://aps-workspaces-fips.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
    )
  })

  it('for FIPS are refused by name where there are none', async () => {
    const rendered = await renderPlaybook('otelcol.yaml', { muster_fips: true })
    expect(rendered.mistakes()).toEqual([expect.stringContaining('no FIPS endpoints in eu-central-1')])
  })

  it('of AMP are refused for the CloudWatch agent, which knows the public name alone', async () => {
    const rendered = await renderPlaybook('cloudwatch-agent.yaml', { muster_endpoints: PRIVATE })
    expect(rendered.mistakes()).toEqual([
      expect.stringMatching(/^amazon-cloudwatch-agent sends to the public name of AMP only/),
    ])
    const { 'aps-workspaces': _, ...rest } = PRIVATE
    expect((await renderPlaybook('cloudwatch-agent.yaml', { muster_endpoints: rest })).mistakes()).toEqual([])
  })
})

describe('what is set is held against its grammar', () => {
  const ODD = [
    '\n',
    '"',
    "'",
    '%',
    '$',
    '`',
    ' ',
    '#',
    '\\',
    ';',
    '%n',
    `\${HOME}`,
    '\u2028',
    '\nLD_PRELOAD=/x',
  ]
  const WRONG: Readonly<Record<string, (odd: string) => Variables>> = {
    muster_proxy: (odd) => ({ muster_proxy: `${PROXY}${odd}` }),
    'muster_proxy, its password': (odd) => ({ muster_proxy: `http://ops:pa${odd}ss@proxy:3128` }),
    'muster_proxy, http_proxy': (odd) => ({ muster_proxy: { http_proxy: `http://pro${odd}xy` } }),
    'muster_proxy, no_proxy': (odd) => ({ muster_proxy: { https_proxy: PROXY, no_proxy: [`a${odd}b`] } }),
    'muster_proxy, no_proxy as text': (odd) => ({ muster_proxy: { no_proxy: `a,b${odd}c` } }),
    'muster_proxy, a name': (odd) => ({ muster_proxy: { [`http_proxy${odd}`]: PROXY } }),
    muster_endpoints: (odd) => ({ muster_endpoints: { ssm: `https://ssm.example${odd}` } }),
    'muster_endpoints, a name': (odd) => ({ muster_endpoints: { [`ssm${odd}`]: 'https://ssm.example' } }),
    proof_endpoint: (odd) => ({ proof_endpoint: `https://aps.example${odd}` }),
  }
  it.each(Object.entries(WRONG))('%s', async (name, make) => {
    for (const odd of ODD) {
      const rendered = await renderPlaybook('otelcol.yaml', make(odd))
      expect(rendered.mistakes()?.length, `${name} with ${JSON.stringify(odd)}`).toBe(1)
    }
  })

  it.each([
    ['a port as a proxy', { muster_proxy: 3128 }, 'muster_proxy is a URL, or a mapping'],
    ['a list of proxies', { muster_proxy: [PROXY] }, 'muster_proxy is a URL, or a mapping'],
    [
      'a proxy without a scheme',
      { muster_proxy: 'proxy:3128' },
      'a proxy in muster_proxy is http://HOST:PORT',
    ],
    ['a path', { muster_endpoints: { ssm: 'https://a.example/b' } }, 'without a path'],
    [
      'an unknown service',
      { muster_endpoints: { sns: 'https://a.example' } },
      'muster_endpoints is a mapping of ssm,',
    ],
    [
      'a list of endpoints',
      { muster_endpoints: ['https://a.example'] },
      'muster_endpoints is a mapping of ssm,',
    ],
    [
      'a CA that is not there for the system',
      { muster_ca_system: true },
      'muster_ca_system needs muster_ca_file',
    ],
  ] as const)('%s is refused', async (_, variables, words) => {
    const rendered = await renderPlaybook('otelcol.yaml', variables as unknown as Variables)
    expect(rendered.mistakes()).toEqual([expect.stringContaining(words)])
  })

  it('a private key in place of a CA is refused: the file would be for everybody to read', async () => {
    const key = join(folder, 'key.pem')
    await writeFile(
      key,
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n',
    )
    expect((await renderPlaybook('otelcol.yaml', { muster_ca_file: key })).mistakes()).toEqual([
      'muster_ca_file has to hold certificates in PEM form, and no private key',
    ])
  })

  it('passwords are not in what is said', async () => {
    const { mistakes } = {
      mistakes: (await renderPlaybook('otelcol.yaml', { muster_proxy: 'http://ops:hun ter2@p' })).mistakes(),
    }
    expect(JSON.stringify(mistakes)).not.toContain('hun')
  })
})
