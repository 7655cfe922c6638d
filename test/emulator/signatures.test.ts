import { generateKeyPairSync } from 'node:crypto'
import { ListWorkspacesCommand } from '@aws-sdk/client-amp'
import { CreateRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam'
import { CreateActivationCommand, DescribeActivationsCommand } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { Agent } from './agent.ts'
import { administrator, type Credentials, clients } from './clients.ts'
import { heartbeat } from './heartbeat.ts'
import { signedFetch } from './remote-write.ts'
import { makeRole, SSM_CORE } from './role.ts'

let cloud: Cloud

beforeEach(async () => {
  cloud = await startCloud()
})
afterEach(() => cloud.close())

/** How each service refuses these credentials: code and status, as the SDK reads it. */
async function refusals(credentials: Credentials) {
  const { ssm, iam, sts, amp } = clients(cloud, { credentials })
  const why = (sent: Promise<unknown>) =>
    sent.then(
      () => 'accepted',
      (error: { name: string; $metadata: { httpStatusCode: number } }) =>
        `${error.name} ${error.$metadata.httpStatusCode}`,
    )
  return {
    ssm: await why(ssm.send(new DescribeActivationsCommand({}))),
    iam: await why(iam.send(new ListRolesCommand({}))),
    sts: await why(sts.send(new GetCallerIdentityCommand({}))),
    amp: await why(amp.send(new ListWorkspacesCommand({}))),
  }
}

async function node(policies?: readonly string[]): Promise<Agent> {
  const { ssm, iam } = clients(cloud)
  await makeRole(iam, 'muster-node', policies)
  const agent = new Agent(cloud)
  await agent.register(await ssm.send(new CreateActivationCommand({ IamRole: 'muster-node' })))
  return agent
}

describe('access keys', () => {
  it('lets its administrator in, everywhere', async () => {
    expect(await refusals(administrator(cloud))).toEqual({
      ssm: 'accepted',
      iam: 'accepted',
      sts: 'accepted',
      amp: 'accepted',
    })
    const identity = await clients(cloud).sts.send(new GetCallerIdentityCommand({}))
    expect(identity).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/administrator',
    })
  })

  it('refuses a key it does not know', async () => {
    expect(await refusals({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' })).toEqual({
      ssm: 'UnrecognizedClientException 400',
      iam: 'InvalidClientTokenId 403',
      sts: 'InvalidClientTokenId 403',
      amp: 'UnrecognizedClientException 403',
    })
  })

  it('refuses a wrong secret', async () => {
    expect(await refusals({ ...administrator(cloud), secretAccessKey: 'wrong' })).toEqual({
      ssm: 'InvalidSignatureException 400',
      iam: 'SignatureDoesNotMatch 403',
      sts: 'SignatureDoesNotMatch 403',
      amp: 'InvalidSignatureException 403',
    })
  })

  it('refuses a session token with a key that has none, and a wrong one with a key that has', async () => {
    expect((await refusals({ ...administrator(cloud), sessionToken: 'x' })).ssm).toBe(
      'UnrecognizedClientException 400',
    )
    const token = await (await node()).token()
    expect((await refusals({ ...token, sessionToken: 'x' })).ssm).toBe('UnrecognizedClientException 400')
  })

  it('refuses credentials whose time is over', async () => {
    cloud.settings.tokenLifetime = 0
    expect(await refusals(await (await node()).token())).toEqual({
      ssm: 'ExpiredTokenException 400',
      iam: 'ExpiredToken 403',
      sts: 'ExpiredToken 403',
      amp: 'ExpiredTokenException 403',
    })
  })

  it('lets a node do what its role may, and nothing else', async () => {
    const agent = await node([SSM_CORE])
    const token = await agent.token()
    expect(await refusals(token)).toEqual({
      ssm: 'AccessDeniedException 400',
      iam: 'AccessDenied 403',
      sts: 'accepted',
      amp: 'AccessDeniedException 403',
    })
    const identity = await clients(cloud, { credentials: token }).sts.send(new GetCallerIdentityCommand({}))
    expect(identity.Arn).toBe(`arn:aws:sts::123456789012:assumed-role/muster-node/${agent.id}`)
    await heartbeat(agent, {}, token)
    expect(cloud.requests().at(-1)).toMatchObject({
      operation: 'ssm:UpdateInstanceInformation',
      principal: agent.id,
    })
  })

  it('does not let a node without the core policy report', async () => {
    await expect(heartbeat(await node([]))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('not authorized to perform: ssm:UpdateInstanceInformation'),
    })
  })

  it('does not let one node report for another', async () => {
    const agent = await node()
    const other = new Agent(cloud)
    const { ssm } = clients(cloud)
    await other.register(await ssm.send(new CreateActivationCommand({ IamRole: 'muster-node' })))
    await expect(heartbeat(agent, { InstanceId: other.id })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })
})

describe('the wire', () => {
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(cloud.url(), {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSSM.DescribeActivations', ...headers },
      body,
    }).then(async (answer) => ({
      status: answer.status,
      ...((await answer.json()) as { __type: string; message: string }),
    }))

  it('refuses a request without a signature, or with half of one', async () => {
    expect(await post({})).toMatchObject({ status: 400, __type: 'MissingAuthenticationTokenException' })
    expect(await post({ authorization: 'Bearer x' })).toMatchObject({
      __type: 'IncompleteSignatureException',
    })
    expect(
      await post({ authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0' }),
    ).toMatchObject({ __type: 'IncompleteSignatureException' })
    expect(
      await post({ authorization: 'AWS4-HMAC-SHA256 Credential=a/20261122/eu-central-1/ssm/aws4_request' }),
    ).toMatchObject({ __type: 'IncompleteSignatureException' })
  })

  const workspaces = (options: Parameters<typeof signedFetch>[2]) =>
    signedFetch(`${cloud.url()}/workspaces`, administrator(cloud), options).then(async (answer) => ({
      status: answer.status,
      message: ((await answer.json()) as { message?: string }).message ?? '',
    }))

  it('accepts four minutes of clock skew and refuses six, both ways', async () => {
    const at = (minutes: number) => workspaces({ date: new Date(Date.now() + minutes * 60_000) })
    expect(await at(-4)).toMatchObject({ status: 200 })
    expect(await at(4)).toMatchObject({ status: 200 })
    expect(await at(-6)).toMatchObject({
      status: 403,
      message: expect.stringMatching(/^Signature expired: .* \(.* - 5 min\.\)$/),
    })
    expect(await at(6)).toMatchObject({
      status: 403,
      message: expect.stringMatching(/^Signature not yet current: /),
    })
  })

  it('refuses a signature for another service or for no region', async () => {
    expect(await workspaces({ service: 'ssm' })).toMatchObject({
      status: 403,
      message: expect.stringContaining("correct service: 'aps'"),
    })
    expect(await workspaces({ region: '' })).toMatchObject({
      status: 403,
      message: expect.stringContaining('valid region'),
    })
  })

  it('does not know an operation that is none', async () => {
    expect(await post({ 'x-amz-target': 'AmazonSSM.Frobnicate' })).toMatchObject({
      status: 400,
      __type: 'UnknownOperationException',
    })
    expect((await fetch(`${cloud.url()}/nowhere`)).status).toBe(404)
  })

  it('throttles beyond a rate in each protocol, and the SDK gets through by trying again', async () => {
    const none = { perSecond: 0, burst: 0 }
    for (const operation of [
      'ssm:DescribeActivations',
      'iam:ListRoles',
      'sts:GetCallerIdentity',
      'aps:ListWorkspaces',
    ]) {
      cloud.settings.throttle[operation] = none
    }
    expect(await refusals(administrator(cloud))).toEqual({
      ssm: 'ThrottlingException 400',
      iam: 'Throttling 400',
      sts: 'Throttling 400',
      amp: 'ThrottlingException 429',
    })
    cloud.settings.throttle['ssm:DescribeActivations'] = { perSecond: 10, burst: 1 }
    const patient = clients(cloud, { maxAttempts: 10 }).ssm
    await Promise.all([1, 2, 3].map(() => patient.send(new DescribeActivationsCommand({}))))
    const throttled = cloud.requests().filter(({ error }) => error === 'throttled')
    expect(throttled.length).toBeGreaterThan(4)
  })

  it('loses an answer when told to, after carrying the call out', async () => {
    cloud.settings.lostAnswers['iam:CreateRole'] = 1
    const { iam } = clients(cloud)
    const input = {
      RoleName: 'lost',
      AssumeRolePolicyDocument:
        '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ssm.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    }
    await expect(iam.send(new CreateRoleCommand(input))).rejects.toThrow()
    await expect(iam.send(new CreateRoleCommand(input))).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
    })
  })
})

describe("a node's own key", () => {
  it('gets credentials from a chunked request, for as long as is set', async () => {
    const agent = await node()
    cloud.settings.tokenLifetime = 20
    const { expires } = await agent.token()
    expect(expires - Date.now() / 1000).toBeGreaterThan(17)
    expect(expires - Date.now() / 1000).toBeLessThanOrEqual(20)
  })

  it('is refused for another key, another machine, a wrong clock, an unknown node', async () => {
    const agent = await node()
    const ask = async (fingerprint: string, options: Parameters<Agent['signed']>[2]) =>
      (await agent.signed('RequestManagedInstanceRoleToken', { Fingerprint: fingerprint }, options)).body[
        '__type'
      ]
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await ask(agent.fingerprint, { key: privateKey })).toBe('InvalidSignatureException')
    expect(await ask(crypto.randomUUID(), {})).toBe('MachineFingerprintDoesNotMatch')
    expect(await ask(agent.fingerprint, { date: new Date(Date.now() - 6 * 60_000) })).toBe(
      'InvalidSignatureException',
    )
    agent.id = 'mi-00000000000000000'
    expect(await ask(agent.fingerprint, {})).toBe('InvalidInstanceId')
  })

  it('can be replaced by a new one', async () => {
    const agent = await node()
    const next = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const NewPublicKey = next.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    expect(
      (await agent.signed('UpdateManagedInstancePublicKey', { NewPublicKey, NewPublicKeyType: 'Rsa' }))
        .status,
    ).toBe(200)
    await expect(agent.token()).rejects.toThrow('InvalidSignatureException')
    agent.privateKey = next.privateKey
    await expect(agent.token()).resolves.toBeDefined()
  })
})
