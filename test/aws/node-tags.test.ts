import { afterEach, describe, expect, it, vi } from 'vitest'
import { nodesLackingTags, tagNode } from '../../src/aws/node-tags.ts'
import type { Cloud } from '../../src/emulator/cloud.ts'
import { cloudWithNodes, nodeId } from '../emulator/with-nodes.ts'
import { clientsFor } from './support.ts'

let cloud: Cloud
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})
const asked = (operation: string) => cloud.counts()[`ssm:${operation}`] ?? 0

describe('tags of nodes', () => {
  it('are looked at one by one only where some lack', async () => {
    cloud = await cloudWithNodes(120, (number) => ({
      tags: number === 7 ? { site: 'ber', rack: '1' } : { site: 'fra', env: 'prod' },
    }))
    const clients = clientsFor(cloud)
    const ids = Array.from({ length: 120 }, (_, number) => nodeId(number))
    const lacking = await nodesLackingTags(clients, ids, { site: 'fra', env: 'prod' })
    expect([...lacking]).toEqual([[nodeId(7), { site: 'ber', rack: '1' }]])
    expect(asked('DescribeInstanceInformation')).toBe(3)
    expect(asked('ListTagsForResource')).toBe(1)
  })

  it('are not asked for when none are wanted or nobody is there', async () => {
    cloud = await cloudWithNodes(1)
    const clients = clientsFor(cloud)
    expect((await nodesLackingTags(clients, [nodeId(0)], {})).size).toBe(0)
    expect((await nodesLackingTags(clients, [], { site: 'fra' })).size).toBe(0)
    expect(cloud.requests()).toEqual([])
  })

  it('leave out nodes that are gone', async () => {
    cloud = await cloudWithNodes(1)
    const found = await nodesLackingTags(clientsFor(cloud), [nodeId(0), nodeId(5)], { site: 'fra' })
    expect([...found]).toEqual([[nodeId(0), {}]])
  })

  it('are added, and others stay', async () => {
    cloud = await cloudWithNodes(1, () => ({ tags: { rack: '1', site: 'ber' } }))
    await tagNode(clientsFor(cloud), nodeId(0), { site: 'fra' })
    expect(cloud.inspect.nodes()[0]!.tags).toEqual({ rack: '1', site: 'fra' })
  })
})
