import { expect, test } from 'vitest'
import { renderPlaybook } from '../render.ts'
import { readYaml } from '../yaml.ts'

// vmagent itself is not at hand: its contract is that of facts/collectors.md 5.6 and 6, and of its own documentation.

test('the configuration: %{...} is the id alone; in what was given it is none', async () => {
  const rendered = await renderPlaybook('vmagent.yaml', {
    external_labels: { share: '50%{x}', price: '5$' },
    extra_scrape_targets: [{ job: 'app', targets: ['127.0.0.1:8080'], metrics_path: '/%{m}' }],
  })
  const text = await rendered.file('vmagent.yaml.j2')
  expect(text.match(/%\{[^}]*\}/g)).toEqual(['%{INSTANCE_ID}'])
  expect(readYaml(text)).toEqual({
    global: {
      scrape_interval: '60s',
      external_labels: { instance_id: '%{INSTANCE_ID}', share: '50%{x}', price: '5$', host: 'web01' },
    },
    scrape_configs: [
      { job_name: 'node', static_configs: [{ targets: ['127.0.0.1:9100'] }] },
      { job_name: 'vmagent', static_configs: [{ targets: ['127.0.0.1:8429'] }] },
      { job_name: 'app', metrics_path: '/%{m}', static_configs: [{ targets: ['127.0.0.1:8080'] }] },
    ],
  })
})

test('the unit: signs for AMP, speaks its protocol, asks the server on loopback for keys, listens there only', async () => {
  const unit = await (await renderPlaybook('vmagent.yaml', { muster_arch: 'arm64' })).file(
    'vmagent.service.j2',
  )
  expect(unit).toContain('ExecStart=/opt/muster/vmutils-1.2.3.linux-arm64/vmagent-prod \\\n')
  for (const word of [
    '-httpListenAddr=127.0.0.1:8429',
    '-remoteWrite.url=https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
    '-remoteWrite.forcePromProto',
    '-remoteWrite.aws.useSigv4',
    '-remoteWrite.aws.region=eu-central-1',
    '-remoteWrite.aws.service=aps',
    '-remoteWrite.tmpDataPath=/var/lib/vmagent',
  ])
    expect(unit).toMatch(new RegExp(`^  ${RegExp.escape(word)}( \\\\)?$`, 'm'))
  expect(unit.split('\n')).toEqual(
    expect.arrayContaining([
      'User=vmagent',
      'EnvironmentFile=/etc/muster/node.env',
      'Environment=AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:19110/credentials',
      'Environment=AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/etc/muster/credentials-token',
      'ReadWritePaths=/var/lib/vmagent',
    ]),
  )
  // Static keys would win over the server, and would never be asked for again.
  expect(unit).not.toMatch(/AWS_ACCESS_KEY_ID|AWS_SHARED_CREDENTIALS_FILE/)
})

test('the socket of the server is on loopback, with a process a connection', async () => {
  const rendered = await renderPlaybook('vmagent.yaml')
  const socket = (await rendered.file('muster-credentials.socket.j2')).split('\n')
  expect(socket).toEqual(expect.arrayContaining(['ListenStream=127.0.0.1:19110', 'Accept=yes']))
  const service = (await rendered.file('muster-credentials@.service.j2')).split('\n')
  expect(service).toEqual(
    expect.arrayContaining([
      'User=vmagent',
      'StandardInput=socket',
      'PrivateNetwork=true',
      'NoNewPrivileges=true',
    ]),
  )
})
