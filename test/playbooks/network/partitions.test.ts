import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { buildAgentDeb } from '../../agent/build-agent-deb.ts'
import { RunningMuster, summaryOf } from '../../run/muster.ts'
import { PLAYBOOKS } from '../render.ts'

// The account's side of the main job, in other partitions than `aws`.
let cloud: Cloud
let folder: string
const artifacts = { 'amazon-ssm-agent': await buildAgentDeb() }
beforeEach(async () => {
  cloud = await startCloud()
  folder = await mkdtemp(join(tmpdir(), 'muster-partition-'))
})
afterEach(async () => {
  await cloud.close()
  await rm(folder, { recursive: true })
})

function cloudPlaybook(
  region: string,
  environment: Readonly<Record<string, string>>,
  playbook = 'cloud.yaml',
) {
  return (async () => {
    const inventory = join(folder, 'inventory.yaml')
    const workspace = playbook === 'cloud.yaml' ? { muster_workspace: 'fleet' } : {}
    const vars = { muster_region: region, muster_role: 'node', ...workspace, artifacts }
    await writeFile(
      inventory,
      JSON.stringify({ all: { vars, hosts: { web1: { ansible_host: '127.0.0.1', ansible_port: 9 } } } }),
    )
    const state = { XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, AWS_REGION: region }
    const words = ['apply', join(PLAYBOOKS, playbook), '-i', inventory, '--json']
    return new RunningMuster(words, { environment: { ...environment, ...state } }).ended
  })()
}

it('GovCloud: policies, trust and workspace are of its partition, and a second run changes nothing', async () => {
  const ended = await cloudPlaybook('us-gov-west-1', cloud.environment())
  expect(summaryOf(ended).failures).toEqual([])
  const [role] = cloud.inspect.roles()
  expect([...role!.attached.keys()].sort()).toEqual([
    'arn:aws-us-gov:iam::aws:policy/AmazonPrometheusRemoteWriteAccess',
    'arn:aws-us-gov:iam::aws:policy/AmazonSSMManagedInstanceCore',
  ])
  expect(JSON.stringify(role!.trust)).toContain('arn:aws-us-gov:ssm:*:123456789012:*')
  expect(JSON.stringify(ended.events)).not.toMatch(/arn:aws:/)
  const again = await cloudPlaybook('us-gov-west-1', cloud.environment())
  expect(summaryOf(again).recap['localhost']).toMatchObject({ changed: 0, failed: 0 })
})

it('China has no AMP: refused by name, before anything is made', async () => {
  const { AWS_ENDPOINT_URL, ...rest } = cloud.environment()
  const url = AWS_ENDPOINT_URL!
  const ended = await cloudPlaybook('cn-north-1', {
    ...rest,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ENDPOINT_URL_IAM: url,
    AWS_ENDPOINT_URL_SSM: url,
  })
  expect(summaryOf(ended).failures).toEqual([
    expect.objectContaining({
      task: 'account',
      message: expect.stringContaining('Amazon Managed Service for Prometheus is not offered in cn-north-1'),
    }),
  ])
  expect(cloud.inspect.roles()).toEqual([])
})

it('China: hosts come under Systems Manager without AMP, with policies of its partition', async () => {
  const { AWS_ENDPOINT_URL, ...rest } = cloud.environment()
  const url = AWS_ENDPOINT_URL!
  const services = { AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_IAM: url, AWS_ENDPOINT_URL_SSM: url }
  const ended = await cloudPlaybook('cn-north-1', { ...rest, ...services }, 'onboard.yaml')
  // The host is not there; the account is what is looked at.
  expect(summaryOf(ended).failures.map(({ host, status }) => [host, status])).toEqual([
    ['web1', 'unreachable'],
  ])
  const [role] = cloud.inspect.roles()
  expect([...role!.attached.keys()]).toEqual(['arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore'])
})
