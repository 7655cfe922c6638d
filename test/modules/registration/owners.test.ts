import { describe, expect, it } from 'vitest'
import type { NodeInformation } from '../../../src/aws/nodes.ts'
import { Claims, judgeOwner } from '../../../src/modules/registration/owners.ts'

const ID = 'mi-0123456789abcdef0'

function judge(
  host: string,
  address: string,
  node: Partial<NodeInformation>,
  tags: Record<string, string> | undefined,
  others: readonly string[] = [],
) {
  const known = { id: ID, pingStatus: 'Online', ...node } as NodeInformation
  const claims = new Claims([{ host, id: ID }, ...others.map((other) => ({ host: other, id: ID }))])
  const owners = {
    nodes: new Map([[ID, known]]),
    tags: new Map(tags === undefined ? [] : [[ID, tags]]),
    claims,
  }
  const verdict = judgeOwner({ host, id: ID }, address, owners)
  return verdict.owned ? (verdict.tagged ? 'by its tag' : 'by evidence') : verdict.found
}

describe('a node is a host’s', () => {
  it('whose name its tag has', () => {
    expect(judge('web01', '', {}, { 'muster:host': 'web01' })).toBe('by its tag')
    expect(judge('web01', '', {}, undefined)).toBe('by its tag')
    expect(judge('web01', '', {}, { 'muster:host': 'web01' }, ['web02'])).toBe('by its tag')
    expect(judge('a,b', '', {}, { 'muster:host': 'a_b' })).toBe('by its tag')
  })

  it('whose name the activation’s tag has among others, until the node is tagged for one of them', () => {
    expect(judge('web01', '', {}, { 'muster:hosts': 'web02 web01' })).toBe('by evidence')
    expect(judge('web1', '', {}, { 'muster:hosts': 'web02 web01' })).toContain('no tag')
    expect(judge('web01', '', {}, { 'muster:hosts': 'web02 web01', 'muster:host': 'web02' })).toBe(
      'its tag muster:host says web02',
    )
  })

  it.each([
    ['the computer name is its name', 'web01', '', { computerName: 'WEB01' }],
    ['the computer name has a domain', 'web01', '', { computerName: 'web01.example.com' }],
    ['the address is a name', 'front', 'web01.example.com', { computerName: 'web01' }],
    ['the address is the address', 'front', '10.0.0.7', { ipAddress: '10.0.0.7' }],
    ['the name is its name', 'front', '', { name: 'front' }],
  ])('without a tag where %s', (_, host, address, node) => {
    expect(judge(host, address, node, {})).toBe('by evidence')
    expect(judge(host, address, node, {}, ['web02'])).toBe('web02 of the same batch says to be it too')
    expect(judge(host, address, node, { 'muster:host': 'web02' })).toBe('its tag muster:host says web02')
  })

  it.each([
    ['another name', 'web01', '', { computerName: 'web011' }],
    ['the beginning of a name', 'web', '', { computerName: 'web01' }],
    ['loopback', 'web01', '127.0.0.1', { ipAddress: '127.0.0.1' }],
    ['localhost', 'localhost', 'localhost', { computerName: 'localhost' }],
    ['an address that is part of another', 'web01', '10.0.0.1', { ipAddress: '10.0.0.11' }],
    ['nothing', '', '', { computerName: '' }],
  ])('and not for %s', (_, host, address, node) => {
    expect(judge(host, address, node, {})).toMatch(/^Systems Manager knows it with computer name/)
  })
})
