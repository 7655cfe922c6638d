import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { quote } from '../../src/shell/quote.ts'
import { clients } from '../emulator/clients.ts'
import { TRUST } from '../emulator/role.ts'
import { RunningMuster } from '../run/muster.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/muster.js')

let cloud: Cloud
beforeEach(async () => {
  cloud = await startCloud()
  const { amp } = clients(cloud)
  await amp.send(new CreateWorkspaceCommand({ alias: 'fleet', tags: { 'muster:managed': 'muster' } }))
  await amp.send(new CreateWorkspaceCommand({ alias: 'theirs' }))
})
afterEach(() => cloud.close())

const destroy = (...words: string[]) =>
  new RunningMuster(['destroy', ...words], { environment: cloud.environment() }).ended
const aliases = () => cloud.inspect.workspaces().map(({ alias }) => alias)

/** The same on a terminal, where somebody types an answer to the question. */
async function typed(answer: string): Promise<{ code: number | null; output: string }> {
  const command = [process.execPath, PROGRAM, 'destroy'].map(quote).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TERM: 'dumb', ...cloud.environment() },
  })
  let output = ''
  let answered = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (answered || !output.includes('Type the owner')) return
    answered = true
    child.stdin.write(`${answer}\r`)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { code, output }
}

describe('muster destroy', () => {
  test('--plan says what would go, with 2, and 0 when there is nothing', async () => {
    const { code, stdout } = await destroy('--plan')
    expect(code).toBe(2)
    expect(stdout).toMatch(/^account 123456789012, region eu-central-1, owner muster\n/)
    expect(stdout).toMatch(/^workspace +fleet +ws-\S+ +ACTIVE, with all metrics in it$/m)
    expect(stdout).not.toContain('theirs')
    expect(aliases()).toEqual(['fleet', 'theirs'])
    const nothing = await destroy('--plan', '--owner', 'berlin')
    expect(nothing).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('there is nothing that muster made'),
    })
  })

  test('--yes removes it after it was shown, and a second time there is nothing', async () => {
    const { code, stdout } = await destroy('--yes')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /KIND[\s\S]*workspace +fleet[\s\S]*removed {2}workspace fleet[\s\S]*1 of 1 removed/,
    )
    expect(aliases()).toEqual(['theirs'])
    expect((await destroy('--yes')).code).toBe(0)
  })

  test('--keep-roles leaves the roles', async () => {
    const { iam } = clients(cloud)
    const Tags = [{ Key: 'muster:managed', Value: 'muster' }]
    await iam.send(new CreateRoleCommand({ RoleName: 'node', AssumeRolePolicyDocument: TRUST, Tags }))
    const { code, stdout } = await destroy('--yes', '--keep-roles')
    expect(code).toBe(0)
    expect(stdout).toContain('1 of 1 removed')
    expect(cloud.inspect.roles()).toHaveLength(1)
    expect((await destroy('--plan')).stdout).toMatch(/^role +node /m)
  })

  test('removes nothing where nobody can be asked', async () => {
    const { code, stderr } = await destroy()
    expect(code).toBe(1)
    expect(stderr).toContain('give --yes')
    expect(aliases()).toEqual(['fleet', 'theirs'])
  })

  test('on a terminal the name has to be typed', async () => {
    const wrong = await typed('yes')
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('that is not the name') })
    expect(aliases()).toEqual(['fleet', 'theirs'])
    expect(await typed('muster')).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 of 1 removed'),
    })
    expect(aliases()).toEqual(['theirs'])
  })

  test('says what stays, with 2', async () => {
    cloud.settings.workspaceDelay = 3600
    await clients(cloud).amp.send(
      new CreateWorkspaceCommand({ alias: 'slow', tags: { 'muster:managed': 'muster' } }),
    )
    const { code, stdout } = await destroy('--yes')
    expect(code).toBe(2)
    expect(stdout).toMatch(/STAYS {4}workspace slow[\s\S]*-> [\s\S]*1 of 2 removed; run it again/)
  })

  test('is refused with the reason when AWS cannot be asked, and for a region that is none', async () => {
    const environment = { ...cloud.environment(), AWS_SECRET_ACCESS_KEY: 'wrong' }
    const denied = await new RunningMuster(['destroy', '--yes'], { environment }).ended
    expect(denied).toMatchObject({ code: 1, stderr: expect.stringContaining('AWS_SECRET_ACCESS_KEY') })
    const wrong = await destroy('--region', 'Frankfurt')
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('is not an AWS region') })
  })
})
