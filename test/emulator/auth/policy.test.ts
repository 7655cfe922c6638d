import { describe, expect, it } from 'vitest'
import type { Context } from '../../../src/emulator/auth/conditions.ts'
import { allows, trusts } from '../../../src/emulator/auth/evaluate.ts'

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const WORKSPACE = 'arn:aws:aps:eu-central-1:123456789012:workspace/ws-1'

const WRITE = { action: 'aps:RemoteWrite', resource: WORKSPACE, context: {} }

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
    expect(allows([policy(...statements)], WRITE)).toBe(allowed)
  })

  it('of two denies for both', () => {
    const allow = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
    const deny = policy({ Effect: 'Deny', Action: 'aps:RemoteWrite', Resource: '*' })
    expect(allows([allow], WRITE)).toBe(true)
    expect(allows([allow, deny], WRITE)).toBe(false)
  })
})

describe('a condition', () => {
  const context: Context = {
    'aws:requestedregion': 'eu-central-1',
    'aws:resourcetag/muster:managed': 'Fleet',
    'aws:tagkeys': ['site', 'owner'],
    'aws:securetransport': 'false',
    'iam:policyarn': 'arn:aws:iam::aws:policy/ReadOnly',
  }
  const holds = (Condition: object) =>
    allows([policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition })], { ...WRITE, context })

  it.each<[boolean, object]>([
    [true, { StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-central-1'] } }],
    [false, { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }],
    [true, { StringEquals: { 'AWS:requestedREGION': 'eu-central-1' } }],
    [false, { StringEquals: { 'aws:ResourceTag/muster:managed': 'fleet' } }],
    [true, { StringEqualsIgnoreCase: { 'aws:ResourceTag/muster:managed': 'fleet' } }],
    [true, { StringLike: { 'aws:ResourceTag/muster:managed': 'F*' } }],
    [false, { StringNotLike: { 'aws:ResourceTag/muster:managed': 'F*' } }],
    [true, { StringNotEquals: { 'aws:ResourceTag/muster:managed': 'other' } }],
    // A key that is not there.
    [false, { StringEquals: { 'aws:ResourceTag/other': 'x' } }],
    [true, { StringEqualsIfExists: { 'aws:ResourceTag/other': 'x' } }],
    [false, { StringEqualsIfExists: { 'aws:RequestedRegion': 'x' } }],
    [true, { StringNotEquals: { 'aws:ResourceTag/other': 'x' } }],
    [true, { Null: { 'aws:ResourceTag/other': 'true' } }],
    [false, { Null: { 'aws:ResourceTag/other': false } }],
    [true, { Null: { 'aws:RequestedRegion': 'false' } }],
    // Keys with several values.
    [true, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['site', 'owner', 'more'] } }],
    [false, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['site'] } }],
    [true, { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['site'] } }],
    [true, { 'ForAllValues:StringEquals': { 'aws:Other': ['site'] } }],
    [false, { 'ForAnyValue:StringEquals': { 'aws:Other': ['site'] } }],
    [true, { Bool: { 'aws:SecureTransport': false } }],
    [false, { Bool: { 'aws:SecureTransport': 'true' } }],
    [true, { ArnLike: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/*' } }],
    [true, { ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnly' } }],
    [false, { ArnNotEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnly' } }],
    // All of several have to hold.
    [false, { StringEquals: { 'aws:RequestedRegion': 'eu-central-1', 'aws:ResourceTag/other': 'x' } }],
    [
      false,
      { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' }, Bool: { 'aws:SecureTransport': true } },
    ],
    // What cannot be judged allows nothing.
    [false, { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }],
  ])('%s: %j', (expected, condition) => expect(holds(condition)).toBe(expected))

  it('that fails keeps a denial from denying; one that cannot be judged does not', () => {
    const denied = (Condition: object) =>
      !allows(
        [
          policy(
            { Effect: 'Allow', Action: '*', Resource: '*' },
            { Effect: 'Deny', Action: '*', Resource: '*', Condition },
          ),
        ],
        { ...WRITE, context },
      )
    expect(denied({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } })).toBe(false)
    expect(denied({ StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } })).toBe(true)
    expect(denied({ DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } })).toBe(true)
  })
})

describe('a trust policy', () => {
  const trust = policy({
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/idp.example.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { 'idp.example.com:sub': 'repo:a/b:ref:refs/heads/main' } },
  })
  const asks = (more: object) =>
    trusts(trust, {
      action: 'sts:AssumeRoleWithWebIdentity',
      principal: {
        type: 'Federated',
        id: 'arn:aws:iam::123456789012:oidc-provider/idp.example.com',
      },
      context: { 'idp.example.com:sub': 'repo:a/b:ref:refs/heads/main' },
      ...more,
    })

  it.each<[boolean, string, object]>([
    [true, 'whom it names', {}],
    [false, 'another way', { action: 'sts:AssumeRole' }],
    [
      false,
      'another provider',
      { principal: { type: 'Federated', id: 'arn:aws:iam::123456789012:oidc-provider/x' } },
    ],
    [false, 'another kind of principal', { principal: { type: 'Service', id: 'ssm.amazonaws.com' } }],
    [false, 'another branch', { context: { 'idp.example.com:sub': 'repo:a/b:ref:refs/heads/x' } }],
    [false, 'nobody known', { context: {} }],
  ])('%s for %s', (expected, _, more) => expect(asks(more)).toBe(expected))
})
