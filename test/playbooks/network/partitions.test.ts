import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { RunningMuster, summaryOf } from '../../run/muster.ts'
import { PLAYBOOKS } from '../render.ts'

// The account's side of the main job, in other partitions than `aws`.
let cloud: Cloud
let folder: string
beforeEach(async () => {
  cloud = await startCloud()
  folder = await mkdtemp(join(tmpdir(), 'muster-partition-'))
})
afterEach(async () => {
  await cloud.close()
  await rm(folder, { recursive: true })
})

function cloudPlaybook(region: string, environment: Readonly<Record<string, string>>) {
  return (async () => {
    const inventory = join(folder, 'inventory.yaml')
    const vars = { muster_region: region, muster_role: 'node', muster_workspace: 'fleet' }
    await writeFile(inventory, JSON.stringify({ all: { vars, hosts: { web1: {} } } }))
    const state = { XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, AWS_REGION: region }
    const words = ['apply', join(PLAYBOOKS, 'cloud.yaml'), '-i', inventory, '--json']
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
      message: 'Amazon Managed Service for Prometheus is not offered in cn-north-1',
    }),
  ])
  expect(cloud.inspect.roles()).toEqual([])
})
