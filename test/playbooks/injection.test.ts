import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Plain } from '../modules/aws/plain.ts'
import { PLAYBOOKS, type Rendered, renderPlaybook } from './render.ts'
import { readYaml } from './yaml.ts'

// Every variable of every playbook with what breaks units, YAML, TOML and shells: an error before anything is done, or
// files whose readers get the very text.

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'prometheus.yaml': ['prometheus.yml.j2', 'prometheus.service.j2', 'node_exporter.service.j2'],
  'grafana-agent.yaml': ['grafana-agent.yaml.j2', 'grafana-agent.env.j2', 'collector.conf.j2'],
  'alloy.yaml': ['config.alloy.j2', 'alloy.env.j2', 'collector.conf.j2'],
  'otelcol.yaml': ['otelcol.yaml.j2', 'collector.conf.j2'],
  'adot.yaml': ['otelcol.yaml.j2', 'collector.conf.j2'],
  'cloudwatch-agent.yaml': ['cloudwatch-agent.json.j2', 'cloudwatch-prometheus.yaml.j2'],
  'vmagent.yaml': ['vmagent.yaml.j2', 'vmagent.service.j2', 'muster-credentials@.service.j2'],
  'node-exporter.yaml': ['node_exporter.service.j2'],
}
const COLLECTORS = Object.keys(TEMPLATES)
const ODD = [
  '\n',
  '"',
  "'",
  '%',
  '$',
  '[',
  '=',
  ' ',
  '#',
  '\\',
  ';',
  '`',
  '\u2028',
  ': ',
  '%n',
  `\${HOME}`,
  '%{X}',
]

/** Variable -> a value around a piece of odd text. */
const RAW: Readonly<Record<string, (odd: string) => Readonly<Record<string, Plain>>>> = {
  scrape_interval: (odd) => ({ scrape_interval: `60s${odd}` }),
  'scrape_interval, in front': (odd) => ({ scrape_interval: `${odd}60s` }),
  listen_address: (odd) => ({ listen_address: `127.0.0.1${odd}` }),
  muster_arch: (odd) => ({ muster_arch: `amd64${odd}` }),
  muster_region: (odd) => ({ muster_region: `eu-central-1${odd}` }),
  prometheus_retention: (odd) => ({ prometheus_retention: `15d${odd}` }),
  'a name in external_labels': (odd) => ({ external_labels: { [`site${odd}`]: 'fra' } }),
  'a version in artifacts': (odd) => ({
    artifacts: Object.fromEntries(
      ['node_exporter', 'prometheus', 'vmagent'].map((name) => [name, { path: '/x', version: `1.2${odd}` }]),
    ),
  }),
  'a target': (odd) => ({ extra_scrape_targets: [{ job: 'app', targets: [`127.0.0.1:80${odd}`] }] }),
  scheme: (odd) => ({ extra_scrape_targets: [{ job: 'app', targets: ['a:1'], scheme: `http${odd}` }] }),
}

/** The lines of a file that begin something: what an injected line end would add to. */
function shape(text: string): string[] {
  return text.split('\n').map((line) => /^\s*(?:[A-Za-z_.-]+|\[[^\]]*\]|#|\/\/|-|\S|$)/.exec(line)?.[0] ?? '')
}

async function files(rendered: Rendered, playbook: string): Promise<Map<string, string>> {
  const names = TEMPLATES[playbook] ?? []
  return new Map(await Promise.all(names.map(async (name) => [name, await rendered.file(name)] as const)))
}

describe.each(COLLECTORS)('%s', (playbook) => {
  it('looks at its variables before it does anything, and finds good ones good', async () => {
    const text = await readFile(join(PLAYBOOKS, playbook), 'utf8')
    expect(text.indexOf('tasks/variables.yaml')).toBeGreaterThan(0)
    expect(text.indexOf('tasks/variables.yaml')).toBeLessThan(text.indexOf('tasks/ssm-agent.yaml'))
    for (const good of [
      {},
      {
        scrape_interval: '1m30s',
        listen_address: '[::1]',
        muster_arch: 'arm64',
        prometheus_retention: '1y2w',
      },
      { scrape_interval: '500ms', listen_address: '0.0.0.0', external_labels: { site: 'fra', _floor: 3 } },
      {
        listen_address: 'web01.example.com',
        extra_scrape_targets: [{ job: 'x', targets: ['[::1]:80', 'db:1'] }],
      },
      { extra_scrape_targets: [{ job: 'x', targets: [], metrics_path: '/a?b=c', scheme: 'https' }] },
    ])
      expect(
        (await renderPlaybook(playbook, good as Record<string, Plain>)).mistakes(),
        JSON.stringify(good),
      ).toEqual([])
  })

  it.each(Object.entries(RAW))('%s: refused with anything that is no part of it', async (name, make) => {
    // One task for all playbooks: each piece is tried in one of them.
    for (const odd of playbook === 'prometheus.yaml' ? ODD : ODD.slice(0, 1)) {
      const rendered = await renderPlaybook(playbook, make(odd))
      expect(rendered.mistakes()?.length, `${name} with ${JSON.stringify(odd)}`).toBeGreaterThan(0)
    }
  })

  it('what may be any text is read back as it was, and adds no line', async () => {
    const text = `a${ODD.join('b')}c`
    const set = (value: string) => ({
      external_labels: { site: value },
      extra_scrape_targets: [{ job: value, targets: ['127.0.0.1:80'], metrics_path: '/x%$[=' }],
    })
    const odd = await renderPlaybook(playbook, set(text))
    const plain = await renderPlaybook(playbook, set('plain'))
    expect(odd.mistakes()).toEqual([])
    const before = await files(plain, playbook)
    for (const [name, content] of await files(odd, playbook)) {
      expect(shape(content), name).toEqual(shape(before.get(name) ?? ''))
      if (!/\.ya?ml\.j2$/.test(name)) continue
      // Where `$` begins a variable it is doubled, and `%{` is written as an escape of YAML.
      const read = (value: string) => JSON.stringify(readYaml(value)).replaceAll('$$', '$')
      expect(read(content), name).toContain(JSON.stringify(text).slice(1, -1))
    }
  })
})

it('all mistakes are said at once', async () => {
  const rendered = await renderPlaybook('prometheus.yaml', {
    scrape_interval: 'often',
    listen_address: 'a b',
    external_labels: { 'a-b': 'x' },
    extra_scrape_targets: 'none',
    muster_arch: 'vax',
  })
  expect(rendered.mistakes()).toEqual([
    'scrape_interval is a duration like 60s or 1m30s, not "often"',
    'listen_address is an address (IPv6 in brackets) or a name, not "a b"',
    'muster_arch is amd64 or arm64, not "vax"',
    'external_labels is a mapping whose names are of letters, digits and _, not {"a-b": "x"}',
    'extra_scrape_targets is a list of {job, targets}, not "none"',
  ])
})
