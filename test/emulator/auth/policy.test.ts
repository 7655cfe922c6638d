import { describe, expect, it } from 'vitest'
import { allows } from '../../../src/emulator/auth/policy.ts'

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const WORKSPACE = 'arn:aws:aps:eu-central-1:123456789012:workspace/ws-1'

describe('a policy', () => {
  it.each<[string, object[], boolean]>([
    ['says nothing', [], false],
    ['allows the action', [{ Effect: 'Allow', Action: 'aps:RemoteWrite', Resource: '*' }], true],
    ['allows it in other letters', [{ Effect: 'Allow', Action: 'APS:remotewrite', Resource: '*' }], true],
    [
      'allows it by pattern',
      [{ Effect: 'Allow', Action: ['ssm:*', 'aps:Remote?rite'], Resource: '*' }],
      true,
    ],
    ['allows another', [{ Effect: 'Allow', Action: 'aps:QueryMetrics', Resource: '*' }], false],
    ['allows it elsewhere', [{ Effect: 'Allow', Action: 'aps:*', Resource: `${WORKSPACE}0` }], false],
    ['allows it here', [{ Effect: 'Allow', Action: 'aps:*', Resource: 'arn:aws:aps:*:*:workspace/*' }], true],
    ['allows all but it', [{ Effect: 'Allow', NotAction: 'aps:RemoteWrite', Resource: '*' }], false],
    ['allows all but another', [{ Effect: 'Allow', NotAction: 'aps:QueryMetrics', Resource: '*' }], true],
    ['allows it on all but here', [{ Effect: 'Allow', Action: '*', NotResource: WORKSPACE }], false],
    [
      'allows and denies',
      [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'aps:*', Resource: '*' },
      ],
      false,
    ],
    [
      'allows it under a condition',
      [
        {
          Effect: 'Allow',
          Action: '*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'true' } },
        },
      ],
      false,
    ],
    ['has a dot that is a dot', [{ Effect: 'Allow', Action: 'aps.RemoteWrite', Resource: '*' }], false],
  ])('that %s', (_, statements, allowed) => {
    expect(allows([policy(...statements)], 'aps:RemoteWrite', WORKSPACE)).toBe(allowed)
  })

  it('of two denies for both', () => {
    const allow = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
    const deny = policy({ Effect: 'Deny', Action: 'aps:RemoteWrite', Resource: '*' })
    expect(allows([allow], 'aps:RemoteWrite', WORKSPACE)).toBe(true)
    expect(allows([allow, deny], 'aps:RemoteWrite', WORKSPACE)).toBe(false)
  })
})
