import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, it } from 'vitest'

const PROGRAM = `
import { Command } from 'commander'
import { cloudCommand } from './src/cli/cloud.ts'
await new Command('muster').addCommand(cloudCommand()).parseAsync(['node', 'muster', 'cloud', ...process.argv.slice(1)])
`
let child: ChildProcess | undefined

/** Starts the cloud and reads the variables that it prints. */
async function start(...words: string[]): Promise<Record<string, string>> {
  child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', '--port', '0', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  })
  const variables: Record<string, string> = {}
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, name, value] = /^export (AWS_\w+)='?(.*?)'?$/.exec(line)!
    variables[name!] = value!
    if (name === 'AWS_EC2_METADATA_DISABLED') break
  }
  return variables
}

function configOf(variables: Readonly<Record<string, string>>) {
  return {
    endpoint: variables['AWS_ENDPOINT_URL']!,
    region: variables['AWS_REGION']!,
    credentials: {
      accessKeyId: variables['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: variables['AWS_SECRET_ACCESS_KEY']!,
    },
  }
}

afterEach(() => {
  child?.kill('SIGKILL')
})

describe('muster cloud', () => {
  it('with --policy gives the keys of a user who may do what it allows', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'muster-policy-')), 'policy.json')
    const Statement = [{ Effect: 'Allow', Action: 'iam:ListRoles', Resource: '*' }]
    await writeFile(file, JSON.stringify({ Version: '2012-10-17', Statement }))
    const variables = await start('--policy', file)
    const config = configOf(variables)
    expect((await new STSClient(config).send(new GetCallerIdentityCommand({}))).Arn).toContain('user/tester')
    const iam = new IAMClient(config)
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([])
    await expect(iam.send(new GetRoleCommand({ RoleName: 'x' }))).rejects.toThrow(
      'is not authorized to perform: iam:GetRole on resource: arn:aws:iam::123456789012:role/x',
    )
    await rm(dirname(file), { recursive: true })
  })

  it('refuses what is no policy', async () => {
    const words = ['--policy', import.meta.filename]
    child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', ...words], { stdio: 'pipe' })
    let said = ''
    child.stderr!.on('data', (chunk) => {
      said += chunk
    })
    expect((await once(child, 'exit'))[0]).not.toBe(0)
    expect(said).toContain('is not an IAM policy')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints export lines that lead to it, and ends on %s',
    async (signal) => {
      const sts = new STSClient(configOf(await start()))
      expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toContain('user/administrator')
      sts.destroy()
      const exit = once(child!, 'exit')
      child!.kill(signal)
      expect(await exit).toEqual([0, null])
    },
  )
})
