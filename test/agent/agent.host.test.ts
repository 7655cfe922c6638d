import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateActivationCommand, DescribeInstanceInformationCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { clients } from '../emulator/clients.ts'
import { makeRole } from '../emulator/role.ts'
import { startHosts, type TestHost, type TestHosts } from '../hosts/index.ts'
import { type AgentDeb, buildAgentDeb } from './build-agent-deb.ts'

const STORE = '/var/lib/amazon/ssm'
const KEY = `${STORE}/Vault/Store/RegistrationKey`

/** One host goes through the life of a registration; the tests build on each other in this order. */
describe('the test agent keeps the contract of the real one', () => {
  let cloud: Cloud
  let hosts: TestHosts
  let host: TestHost
  let deb: AgentDeb
  let aws: ReturnType<typeof clients>
  let first: string

  beforeAll(async () => {
    deb = await buildAgentDeb()
    hosts = await startHosts(1)
    host = hosts.hosts[0]!
    cloud = await startCloud({ addresses: ['127.0.0.1', hosts.gateway] })
    cloud.settings.tokenLifetime = 10
    aws = clients(cloud)
    await makeRole(aws.iam, 'muster-node')
    await host.container.copyFilesToContainer([{ source: deb.path, target: '/root/agent.deb' }])
  })
  afterAll(async () => {
    await hosts?.stop()
    await cloud?.close()
  })

  const activate = async () => {
    const made = await aws.ssm.send(new CreateActivationCommand({ IamRole: 'muster-node' }))
    return `-register -code ${made.ActivationCode} -id ${made.ActivationId} -region eu-central-1`
  }
  const agent = (flags: string, input = '</dev/null') => host.exec(`amazon-ssm-agent ${flags} ${input}`)
  const state = (property: string) => host.sh(`systemctl show -P ${property} amazon-ssm-agent`)
  const configure = (value: unknown) =>
    host.sh(`cat > /etc/amazon/ssm/amazon-ssm-agent.json <<'JSON'\n${JSON.stringify(value)}\nJSON`)
  const credentials = (file = '/root/.aws/credentials') => host.sh(`cat ${file} 2>/dev/null || true`)
  const log = (since: string) => host.sh(`sed '1,${since}d' /var/log/amazon/ssm/amazon-ssm-agent.log`)
  const logLength = async () => (await host.sh('wc -l < /var/log/amazon/ssm/amazon-ssm-agent.log')).trim()
  const until = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000, interval: 200 })

  test('the package refuses to install beside the snap', async () => {
    await host.sh('printf "#!/bin/sh\\nexit 0\\n" > /usr/bin/snap && chmod +x /usr/bin/snap')
    const { exitCode, stdout } = await host.exec('dpkg -i /root/agent.deb 2>&1')
    expect(exitCode).not.toBe(0)
    expect(stdout).toContain('is installed in this instance by snap')
    await host.sh('rm /usr/bin/snap')
  })

  test('the package installs and starts the service, which ends with 0 while unregistered and waits for its restart', async () => {
    await host.sh('dpkg -i /root/agent.deb')
    expect(await host.sh(`dpkg-query -W -f '\${Version}' amazon-ssm-agent`)).toBe(deb.version)
    expect((await state('UnitFileState')).trim()).toBe('enabled')
    await until(() => state('SubState')).toBe('auto-restart\n')
    expect((await state('ExecMainStatus')).trim()).toBe('0')
    expect((await state('RestartUSec')).trim()).toBe('1min 30s')
  })

  test('-version prints nothing else; unknown flags give 2, missing ones 1', async () => {
    expect(await agent('-version')).toEqual({
      stdout: 'SSM Agent version: 3.3.9999.0\n',
      stderr: '',
      exitCode: 0,
    })
    const unknown = await agent('-foo')
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' })
    expect(unknown.stderr).toMatch(/^flag provided but not defined: -foo\n[\s\S]*-register/)
    expect(await agent('-register -id')).toMatchObject({ exitCode: 2 })
    expect(await agent('-register -code x')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('REQUIRED'),
    })
    expect(await agent('-clear')).toMatchObject({ exitCode: 1 })
  })

  test('an unregistered machine has no identity for ssm-cli', async () => {
    const { exitCode, stdout } = await host.exec('ssm-cli get-instance-information')
    expect(exitCode).toBe(255)
    expect(stdout).toContain('error: failed to find agent identity')
  })

  test("a refused registration names AWS's code and request", async () => {
    await configure({
      Ssm: { Endpoint: cloud.url(hosts.gateway) },
      Identity: { ConsumptionOrder: ['OnPrem'] },
    })
    const wrong = `-register -code ${'x'.repeat(20)} -id ${crypto.randomUUID()} -region eu-central-1`
    const { exitCode, stdout } = await agent(wrong)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /ERROR Registration failed due to error registering the instance with AWS SSM\. InvalidActivation: .+\n\tstatus code: 400, request id: \S+\n$/,
    )
    expect(cloud.counts()['ssm:RegisterManagedInstance']).toBe(1)
  })

  test('a registration is anonymous, is stored in the Vault, and copied to the plain file', async () => {
    const { exitCode, stdout } = await agent(await activate())
    const found =
      /INFO Successfully registered the instance with AWS SSM using Managed instance-id: (mi-[0-9a-f]{17})\n$/
    expect(exitCode).toBe(0)
    first = found.exec(stdout)?.[1] ?? ''
    expect(stdout).toContain(
      'Error occurred fetching the seelog config file path:  open /etc/amazon/ssm/seelog.xml',
    )
    expect(cloud.inspect.nodes()).toEqual([expect.objectContaining({ id: first })])
    expect(cloud.inspect.nodes()[0]?.publicKey).toHaveLength(392)
    expect(cloud.requests().at(-1)).toMatchObject({
      operation: 'ssm:RegisterManagedInstance',
      principal: 'anonymous',
    })

    expect(JSON.parse(await host.sh(`cat ${STORE}/registration`))).toEqual({
      ManagedInstanceID: first,
      Region: 'eu-central-1',
    })
    const key = await host.sh(`cat ${KEY}`)
    expect(key).toMatch(new RegExp(`^\\{"instanceID":"${first}","region":"eu-central-1","instanceType":"",`))
    expect(JSON.parse(key)).toMatchObject({
      privateKeyType: 'Rsa',
      privateKey: expect.stringMatching(/^MII/),
    })
    expect(JSON.parse(await host.sh(`cat ${STORE}/Vault/Manifest`))).toEqual({
      InstanceFingerprint: `${STORE}/Vault/Store/InstanceFingerprint`,
      RegistrationKey: KEY,
    })
    const print = JSON.parse(await host.sh(`cat ${STORE}/Vault/Store/InstanceFingerprint`))
    expect(Object.keys(print.hardwareHash)).toHaveLength(9)
    expect(print.hardwareHash['machine-id']).toBe(host.machineId)
    const modes = await host.sh(`stat -c %a ${STORE}/registration ${STORE}/Vault ${STORE}/Vault/Store ${KEY}`)
    expect(modes).toBe('600\n600\n600\n600\n')
  })

  test('a second registration asks first; end of file and "no" leave everything as it was', async () => {
    const before = await host.sh(`cat ${KEY}`)
    const flags = await activate()
    const asked = await agent(flags)
    expect(asked).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/Instance already registered.*\[Yes\/No\]: /),
    })
    expect(asked.stdout).toMatch(/ERROR Registration failed due to EOF\n$/)
    expect((await host.exec(`echo no | amazon-ssm-agent ${flags}`)).stdout).toContain(
      'Registration canceled by user',
    )
    expect((await host.exec(`echo maybe | amazon-ssm-agent ${flags}`)).stdout).toContain(
      'Invalid response received.',
    )
    expect(await host.sh(`cat ${KEY}`)).toBe(before)
    expect(cloud.inspect.nodes()).toHaveLength(1)
  })

  test('a restarted service is Online, shares credentials and says who it is', async () => {
    await host.sh('systemctl restart amazon-ssm-agent')
    const ping = async () =>
      (await aws.ssm.send(new DescribeInstanceInformationCommand({}))).InstanceInformationList?.[0]
        ?.PingStatus
    await until(ping).toBe('Online')
    expect(await credentials()).toMatch(
      /^\[default\]\naws_access_key_id {5}= ASIA\S+\naws_secret_access_key = \S+\naws_session_token {5}= \S+\n$/,
    )
    expect(await host.sh('stat -c "%a %U %G" /root/.aws /root/.aws/credentials')).toBe(
      '700 root root\n600 root root\n',
    )
    expect(JSON.parse(await host.sh(`cat ${STORE}/runtimeconfig/identity_config.json`))).toMatchObject({
      SchemaVersion: '1.1',
      InstanceId: first,
      IdentityType: 'OnPrem',
      ShareFile: '/root/.aws/credentials',
      CredentialSource: 'SSM',
    })
    expect(JSON.parse(await host.sh('ssm-cli get-instance-information'))).toEqual({
      'instance-id': first,
      region: 'eu-central-1',
      'release-version': '3.3.9999.0',
    })
  })

  test('credentials are replaced at half of their life, in the same file, beside what else is in it', async () => {
    const inode = await host.sh('stat -c %i /root/.aws/credentials')
    await host.sh('printf "\\n[mine]\\nregion = eu-west-1\\n" >> /root/.aws/credentials')
    const keyId = async () => /= (ASIA\S+)/.exec(await credentials())?.[1]
    const seen = await keyId()
    await until(keyId).not.toBe(seen)
    expect(await credentials()).toMatch(
      /^\[default\]\n(aws_\S+ *= \S+\n){3}\n\[mine\]\nregion = eu-west-1\n$/,
    )
    expect(await host.sh('stat -c %i /root/.aws/credentials')).toBe(inode)
    expect(
      cloud.requests().filter((request) => request.operation === 'ssm:RequestManagedInstanceRoleToken'),
    ).not.toContainEqual(expect.objectContaining({ error: expect.anything() }))
  })

  test('a relocated file and profile keep the mode and group they were made with', async () => {
    await host.sh(`
      groupadd collector && mkdir -p /var/lib/shared /etc/systemd/system/amazon-ssm-agent.service.d
      install -m 0640 -g collector /dev/null /var/lib/shared/credentials
      printf '[Service]\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=/var/lib/shared/credentials\n' \
        > /etc/systemd/system/amazon-ssm-agent.service.d/credentials.conf
      systemctl daemon-reload`)
    await configure({ Ssm: { Endpoint: cloud.url(hosts.gateway) }, Profile: { ShareProfile: 'ssm' } })
    await host.sh('systemctl restart amazon-ssm-agent')
    await until(() => credentials('/var/lib/shared/credentials')).toMatch(/^\[ssm\]\naws_access_key_id/)
    expect(await host.sh('stat -c "%a %G" /var/lib/shared/credentials')).toBe('640 collector\n')
    expect(await host.sh(`cat ${STORE}/runtimeconfig/identity_config.json`)).toContain('"ShareProfile":"ssm"')
  })

  test('stopping the service stops the worker too', async () => {
    await host.sh('systemctl stop amazon-ssm-agent')
    await until(async () => (await host.exec("pgrep -f '[s]sm-agent-worker'")).exitCode).toBe(1)
    expect((await state('Result')).trim()).toBe('success')
  })

  test('a machine that changed is refused its credentials and waits 25 to 30 minutes', async () => {
    const length = await logLength()
    const changed = crypto.randomUUID().replaceAll('-', '')
    await host.sh(`echo ${changed} > /etc/machine-id && systemctl start amazon-ssm-agent`)
    await until(() => log(length)).toMatch(/Retrying in \d/)
    expect(await log(length)).toContain('MachineFingerprintDoesNotMatch')
    const seconds = Number(/Retrying in ([\d.]+) seconds/.exec(await log(length))?.[1])
    expect(seconds).toBeGreaterThanOrEqual(1500)
    expect(seconds).toBeLessThanOrEqual(1800)
    await host.sh('systemctl stop amazon-ssm-agent')
  })

  test('a failed -register -y destroys the registration, and the plain file still shows it', async () => {
    const { exitCode, stdout } = await agent('-register -y -code short -id x -region eu-central-1')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('InvalidParameter: 2 validation error(s) found.\n- minimum field size of 20,')
    expect(await host.sh(`cat ${KEY}`)).toMatch(/^\{"instanceID":"","region":""/)
    expect(JSON.parse(await host.sh(`cat ${STORE}/registration`)).ManagedInstanceID).toBe(first)
  })

  test('-register -y gives a new id; -register -clear forgets it', async () => {
    const again = await agent(`${await activate()} -y`)
    expect(again.exitCode).toBe(0)
    expect(cloud.inspect.nodes()).toHaveLength(2)
    const cleared = await agent('-register -clear')
    expect(cleared).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/INFO Registration information has been removed from the instance\.\n$/),
    })
    expect(await host.sh(`cat ${KEY}`)).toMatch(/^\{"instanceID":"","region":"",.*"privateKey":""/)
    expect(JSON.parse(await host.sh(`cat ${STORE}/registration`)).ManagedInstanceID).toMatch(/^mi-/)
    expect((await host.exec('amazon-ssm-agent </dev/null')).exitCode).toBe(0)
  })

  test('a service that fails is asked four times', async () => {
    let asked = 0
    const broken = createServer((_, response) => {
      asked++
      response.writeHead(500).end('{"__type":"InternalServerError","message":"broken"}')
    }).listen(0, hosts.gateway)
    await once(broken, 'listening')
    const { port } = broken.address() as AddressInfo
    await configure({ Ssm: { Endpoint: `http://${hosts.gateway}:${port}` } })
    const wrong = `-register -code ${'x'.repeat(20)} -id ${crypto.randomUUID()} -region eu-central-1`
    const { exitCode, stdout } = await agent(wrong)
    broken.close()
    expect(exitCode).toBe(1)
    expect(stdout).toContain('InternalServerError: broken\n\tstatus code: 500')
    expect(asked).toBe(4)
  })

  test('an endpoint that nobody listens at is a RequestError', async () => {
    await configure({ Ssm: { Endpoint: 'http://127.0.0.1:9' } })
    const wrong = `-register -code ${'x'.repeat(20)} -id ${crypto.randomUUID()} -region eu-central-1`
    const { exitCode, stdout } = await agent(wrong)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('RequestError: send request failed\ncaused by: Post "http://127.0.0.1:9/": ')
  })

  test('removing the package leaves the registration', async () => {
    await host.sh('dpkg -P amazon-ssm-agent')
    expect((await host.exec('command -v amazon-ssm-agent')).exitCode).not.toBe(0)
    expect(await host.sh(`ls ${STORE}`)).toContain('Vault')
  })
})
