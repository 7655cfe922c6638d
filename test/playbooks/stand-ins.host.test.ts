import { afterAll, beforeAll, expect, test } from 'vitest'
import { alloy } from '../artifacts/layouts/alloy.ts'
import { cloudwatchAgent } from '../artifacts/layouts/cloudwatch-agent.ts'
import { productDeb } from '../artifacts/product-deb.ts'
import { collectors } from '../artifacts/releases/index.ts'
import { vmagentArchive } from '../artifacts/releases/vmagent-archive.ts'
import { encodeWrite, remoteWrite } from '../emulator/remote-write.ts'
import { until } from '../run/lab.ts'
import { summaryOf } from '../run/muster.ts'
import { type Artifact, CollectorLab } from './collectors/collector-lab.ts'

// Products whose programs are not at hand: a script stands in for each, which sends nothing. So these tests prove what
// muster does on the host (package, files, units, credentials), and that a collector that sends nothing is found out;
// that the real program takes its configuration is in the tests of what was rendered, by the fact sheet.
let lab: CollectorLab
let artifacts: Record<string, Artifact>
beforeAll(async () => {
  const { nodeExporter } = await collectors()
  artifacts = {
    node_exporter: nodeExporter,
    vmagent: await vmagentArchive(`#!/bin/sh
case " $* " in *' -dryRun '*) [ -n "$INSTANCE_ID" ]; exit ;; esac
exec sleep infinity
`),
    alloy: await productDeb(alloy, {
      standIn: '#!/bin/sh\ncase $1 in validate) test -s "$2" ;; *) exec sleep infinity ;; esac\n',
    }),
    'amazon-cloudwatch-agent': await productDeb(cloudwatchAgent, {
      standIn: '#!/bin/sh\nexec sleep infinity\n',
    }),
  }
  lab = await CollectorLab.start()
})
afterAll(() => lab.stop())

/** Applies a playbook whose collector sends nothing: that is found out, and nothing else is wrong. */
async function apply(playbook: string): Promise<{ changed: number | undefined; requests: number }> {
  const ended = await lab.apply(playbook, artifacts, { proof_timeout: 1 })
  const { failures, recap, cost } = summaryOf(ended)
  expect(failures).toEqual([
    expect.objectContaining({ task: 'series in AMP', message: expect.stringContaining('do not arrive') }),
  ])
  return { changed: recap['host1']?.['changed'], requests: cost.requests }
}

/** What a program in the unit's place gets when it asks for keys. */
async function askForKeys(): Promise<Record<string, string>> {
  const answer = await lab.host.sh(
    `runuser -u vmagent -- env $(systemctl show -P Environment vmagent) sh -c 'curl -sf -H "Authorization: $(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'`,
  )
  return JSON.parse(answer) as Record<string, string>
}

test('vmagent: its unit runs as its own user, and the server beside it hands out keys that AMP takes', async () => {
  await apply('vmagent.yaml')
  expect(await lab.host.sh('systemctl show -P User -P ActiveState vmagent')).toBe('vmagent\nactive\n')
  const [workspace] = lab.cloud.inspect.workspaces()
  const write = async ({ AccessKeyId, SecretAccessKey, Token }: Record<string, string>) => {
    const credentials = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: Token! }
    const series = { labels: { __name__: 'written' }, samples: [{ timestamp: Date.now(), value: 1 }] }
    return (await remoteWrite(lab.cloud, workspace!.id, credentials, encodeWrite([series]))).status
  }
  const first = await askForKeys()
  expect(await write(first)).toBe(200)
  // It asks again when they expire, and gets the ones that the agent has by then.
  expect(Date.parse(first['Expiration']!)).toBeLessThan(Date.now() + 10_000)
  await until(async () => (await write(first)) === 403)
  expect(await write(await askForKeys())).toBe(200)
  expect(await apply('vmagent.yaml')).toEqual({ changed: 0, requests: 1 })
})

test('vmagent: nobody else on the host gets keys, and nobody from elsewhere reaches the server', async () => {
  const status = (curl: string) =>
    lab.host.sh(`curl -s -o /dev/null -w '%{http_code}' ${curl} http://127.0.0.1:19110/credentials`)
  expect(await status('')).toBe('401')
  expect(await status("-H 'Authorization: guess'")).toBe('401')
  expect((await lab.host.exec('runuser -u nobody -- cat /etc/muster/credentials-token')).exitCode).not.toBe(0)
  expect(await lab.host.sh("ss -Hltn 'sport = :19110' | awk '{ print $4 }'")).toBe('127.0.0.1:19110\n')
  // One process a connection, and none of them stays.
  await until(
    async () =>
      (await lab.host.sh("systemctl list-units --all --plain --no-legend 'muster-credentials@*'")) === '',
  )
})

test('Alloy takes over: its unit gets the environment, and vmagent and its server are stopped', async () => {
  await apply('alloy.yaml')
  expect(
    await lab.host.sh(
      'systemctl is-active alloy; systemctl is-active vmagent muster-credentials.socket || true',
    ),
  ).toBe('active\ninactive\ninactive\n')
  const environment = await lab.host.sh("tr '\\0' '\\n' </proc/$(systemctl show -P MainPID alloy)/environ")
  expect(environment).toContain('AWS_SHARED_CREDENTIALS_FILE=/etc/muster/aws-profile\n')
  expect(environment).toContain(`INSTANCE_ID=${lab.cloud.inspect.nodes()[0]?.id}\n`)
  expect(await lab.host.sh("tr '\\0' ' ' </proc/$(systemctl show -P MainPID alloy)/cmdline")).toContain(
    'infinity',
  )
  expect(await apply('alloy.yaml')).toEqual({ changed: 0, requests: 1 })
})

test('the CloudWatch agent takes over: its own program applies the configuration, and its user may read the keys', async () => {
  await apply('cloudwatch-agent.yaml')
  expect(
    await lab.host.sh('systemctl is-active amazon-cloudwatch-agent; systemctl is-active alloy || true'),
  ).toBe('active\ninactive\n')
  const applied = await lab.host.sh(
    'cat /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d/cloudwatch-agent.json',
  )
  const id = lab.cloud.inspect.nodes()[0]?.id
  expect(JSON.parse(applied)).toMatchObject({
    metrics: { metrics_collected: { mem: { append_dimensions: { host: 'host1', instance_id: id } } } },
  })
  expect(await lab.host.sh('cat /etc/muster/cloudwatch-agent/cloudwatch-prometheus.yaml')).toContain(
    `instance_id: "${id}"`,
  )
  expect(await lab.host.sh('runuser -u cwagent -- cat /var/lib/muster/aws/credentials')).toContain(
    '[default]',
  )
  expect(await apply('cloudwatch-agent.yaml')).toEqual({ changed: 0, requests: 1 })
})
