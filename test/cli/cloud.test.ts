import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, it } from 'vitest'

const PROGRAM = `
import { Command } from 'commander'
import { cloudCommand } from './src/cli/cloud.ts'
await new Command('muster').addCommand(cloudCommand()).parseAsync(['node', 'muster', 'cloud', ...process.argv.slice(1)])
`
let child: ChildProcess | undefined

afterEach(() => {
  child?.kill('SIGKILL')
})

describe('muster cloud', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints export lines that lead to it, and ends on %s',
    async (signal) => {
      child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', '--port', '0'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'] },
      })
      const lines = createInterface({ input: child.stdout! })
      const variables: Record<string, string> = {}
      for await (const line of lines) {
        const [, name, value] = /^export (AWS_\w+)='?(.*?)'?$/.exec(line)!
        variables[name!] = value!
        if (name === 'AWS_EC2_METADATA_DISABLED') break
      }
      const sts = new STSClient({
        endpoint: variables['AWS_ENDPOINT_URL']!,
        region: variables['AWS_REGION']!,
        credentials: {
          accessKeyId: variables['AWS_ACCESS_KEY_ID']!,
          secretAccessKey: variables['AWS_SECRET_ACCESS_KEY']!,
        },
      })
      expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toContain('user/administrator')
      sts.destroy()
      const exit = once(child, 'exit')
      child.kill(signal)
      expect(await exit).toEqual([0, null])
    },
  )
})
