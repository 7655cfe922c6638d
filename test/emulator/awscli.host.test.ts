import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { TRUST } from './role.ts'

const run = promisify(execFile)
const FOLDER = join(import.meta.dirname, '../../.cache/awscli')
const AWS = join(FOLDER, 'bin/aws')

/** Installs the AWS CLI from the package registry, once. @returns why that cannot be done, or null */
async function install(): Promise<string | null> {
  try {
    await access(AWS)
    return null
  } catch {
    // Not there yet.
  }
  try {
    await run('python3', ['-m', 'venv', FOLDER])
  } catch (error) {
    return `python3 with venv is not there: ${(error as Error).message.split('\n')[0]}`
  }
  await run(join(FOLDER, 'bin/pip'), ['install', '--quiet', 'awscli'])
  return null
}

const missing = await install()
if (missing !== null) process.stderr.write(`skipped: the AWS CLI against the cloud: ${missing}\n`)

describe.skipIf(missing !== null)('the AWS CLI', () => {
  let cloud: Cloud

  beforeAll(async () => {
    cloud = await startCloud()
  })
  afterAll(() => cloud.close())

  /** What it prints as JSON, or what it says when it fails. */
  async function aws(...words: readonly string[]): Promise<unknown> {
    const env = { PATH: process.env['PATH'], HOME: FOLDER, AWS_PAGER: '', ...cloud.environment() }
    try {
      const { stdout } = await run(AWS, [...words, '--output', 'json'], { env })
      return stdout.trim() === '' ? null : JSON.parse(stdout)
    } catch (error) {
      return (error as { stderr: string }).stderr.trim()
    }
  }

  it('knows who it is', async () => {
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: '123456789012' })
  })

  it('makes a role, an activation and a workspace, and is refused as AWS refuses', async () => {
    expect(await aws('ssm', 'create-activation', '--iam-role', 'cli')).toBe(
      'An error occurred (ValidationException) when calling the CreateActivation operation: Nonexistent role or missing ssm service principal in trust policy: arn:aws:iam::123456789012:role/cli',
    )
    expect(
      await aws(
        'iam',
        'create-role',
        '--role-name',
        'cli',
        '--assume-role-policy-document',
        TRUST,
        '--tags',
        'Key=a,Value=b',
      ),
    ).toMatchObject({
      Role: {
        Arn: 'arn:aws:iam::123456789012:role/cli',
        AssumeRolePolicyDocument: JSON.parse(TRUST),
        Tags: [{ Key: 'a', Value: 'b' }],
      },
    })
    expect(
      await aws('iam', 'create-role', '--role-name', 'cli', '--assume-role-policy-document', TRUST),
    ).toBe(
      'An error occurred (EntityAlreadyExists) when calling the CreateRole operation: Role with name cli already exists.',
    )
    expect(
      await aws(
        'ssm',
        'create-activation',
        '--iam-role',
        'cli',
        '--registration-limit',
        '5',
        '--tags',
        'Key=run,Value=1',
      ),
    ).toEqual({
      ActivationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ActivationCode: expect.stringMatching(/^.{20,}$/),
    })
    expect(
      await aws('ssm', 'describe-activations', '--filters', 'FilterKey=IamRole,FilterValues=cli'),
    ).toMatchObject({
      ActivationList: [{ RegistrationLimit: 5, Tags: [{ Key: 'run', Value: '1' }] }],
    })
    expect(await aws('ssm', 'describe-instance-information')).toEqual({ InstanceInformationList: [] })
    const workspace = (await aws('amp', 'create-workspace', '--alias', 'cli', '--tags', 'a=b')) as {
      workspaceId: string
      arn: string
    }
    expect(workspace).toMatchObject({ status: { statusCode: 'ACTIVE' }, tags: { a: 'b' } })
    expect(await aws('amp', 'list-workspaces', '--alias', 'cli')).toMatchObject({
      workspaces: [{ alias: 'cli' }],
    })
    expect(await aws('amp', 'list-tags-for-resource', '--resource-arn', workspace.arn)).toEqual({
      tags: { a: 'b' },
    })
    expect(await aws('amp', 'delete-workspace', '--workspace-id', workspace.workspaceId)).toBeNull()
    expect(await aws('amp', 'describe-workspace', '--workspace-id', workspace.workspaceId)).toBe(
      'An error occurred (ResourceNotFoundException) when calling the DescribeWorkspace operation: Workspace not found',
    )
  })
})
