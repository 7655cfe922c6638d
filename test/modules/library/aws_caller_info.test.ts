import { afterEach, expect, it, vi } from 'vitest'
import { startCloud } from '../../../src/emulator/cloud.ts'
import callerInfo from '../../../src/modules/library/aws_caller_info.ts'
import { run } from '../aws/run.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('aws_caller_info says whose the credentials are, also in check mode', async () => {
  const cloud = await startCloud({ account: '210987654321' })
  try {
    for (const [name, value] of Object.entries(cloud.environment())) vi.stubEnv(name, value)
    for (const check of [false, true])
      expect(await run(callerInfo, {}, { check })).toMatchObject({
        changed: false,
        failed: false,
        result: {
          account: '210987654321',
          arn: expect.stringContaining(':210987654321:'),
          partition: 'aws',
        },
      })
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIANOBODY')
    expect(await run(callerInfo, {})).toMatchObject({
      failed: true,
      msg: expect.stringContaining('find out who'),
    })
  } finally {
    await cloud.close()
  }
})
