import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../../src/connection/connection.ts'
import { connectWith, describeShells } from '../shells.ts'
import { step } from '../steps.ts'

const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc
        .constantFrom('\n', '%s\\n', "'", '\\', '0123456789abcdef0123456789abcdef e 0 0\n', '\u0000')
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts))

describeShells('requests', (words) => {
  let connection: Connection
  let dispose: () => Promise<void>
  beforeAll(() => {
    ;({ connection, dispose } = connectWith(words))
  })
  afterAll(() => dispose())

  test('with any bytes in and out, any status, straight or through the relay, come back as they are', async () => {
    const some = fc.record({
      stdin: bytes,
      status: fc.integer({ min: 0, max: 255 }),
      contained: fc.boolean(),
      toStderr: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 6 }), async (list) => {
        const steps = list.map(({ stdin, status, contained, toStderr }) =>
          step(`cat${toStderr ? ' >&2' : ''}; exit ${status}`, { stdin, contained }),
        )
        const outputs = await connection.request(undefined, steps)
        const got = outputs.map(({ rc, stdout, stderr }) => [
          rc,
          stdout.toString('hex'),
          stderr.toString('hex'),
        ])
        const nothing = ''
        expect(got).toEqual(
          list.map(({ stdin, status, toStderr }) => {
            const hex = stdin.toString('hex')
            return toStderr ? [status, nothing, hex] : [status, hex, nothing]
          }),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('with any text as the script itself survive it', async () => {
    const script = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...'\'"\\$`(){};&|<>#!\n =a'.split('')) }),
      )
      .filter((text) => !text.includes('\0') && text.isWellFormed())
    await fc.assert(
      fc.asyncProperty(script, fc.boolean(), async (text, contained) => {
        // Parsed, not run: a random script could do anything.
        const [, after] = await connection.request(undefined, [
          step(`false && {\n:\n${text}\n}`, { contained, timeout: 5 }),
          step('printf after', { contained }),
        ])
        expect(after).toMatchObject({ rc: 0, stdout: Buffer.from('after'), stderr: Buffer.alloc(0) })
      }),
      { numRuns: 60 },
    )
  })
})
