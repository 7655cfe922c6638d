import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../../src/connection/connection.ts'
import { quote } from '../../../src/shell/quote.ts'
import { Secret } from '../../../src/values/secret.ts'
import { gone, pidIn } from '../processes.ts'
import { connectWith, describeShells } from '../shells.ts'
import { step, told } from '../steps.ts'

describeShells('a resident shell', (words) => {
  let connection: Connection
  let dispose: () => Promise<void>
  let folder: string
  beforeAll(() => {
    ;({ connection, dispose } = connectWith(words))
    folder = mkdtempSync(join(tmpdir(), 'muster-shell-'))
  })
  afterAll(async () => {
    await dispose()
    rmSync(folder, { recursive: true })
  })
  const run = (...steps: ReturnType<typeof step>[]) => connection.request(undefined, steps)

  for (const contained of [false, true]) {
    const how = contained ? 'straight' : 'through the relay'

    test(`keeps the steps apart, with status, stdout and stderr, ${how}`, async () => {
      const outputs = await run(
        step('echo one; echo eins >&2; exit 3', { contained }),
        step('cd /; X=1; exit 0', { contained }),
        step('printf "%s" "$X$PWD"', { contained }),
        step('kill -TERM $$; false', { contained }),
      )
      expect(outputs.map(told)).toEqual([
        { rc: 3, stdout: 'one\n', stderr: 'eins\n' },
        { rc: 0, stdout: '', stderr: '' },
        { rc: 0, stdout: process.cwd(), stderr: '' },
        { rc: 1, stdout: '', stderr: '' },
      ])
      expect(outputs.every((output) => !output.truncated && !output.timedOut)).toBe(true)
    })

    test(`survives a syntax error, ${how}`, async () => {
      const [broken, next] = await run(step('if then ( "', { contained }), step('echo next', { contained }))
      expect(broken?.rc).toBeGreaterThan(0)
      expect(broken?.stderr.length).toBeGreaterThan(0)
      expect(told(next)).toEqual({ rc: 0, stdout: 'next\n', stderr: '' })
    })

    test(`survives a signal to the whole process group, ${how}`, async () => {
      const [killed, next] = await run(
        step('printf before; kill 0; sleep 60', { contained }),
        step('echo next', { contained }),
      )
      expect(killed?.rc).not.toBe(0)
      expect(told(next)).toMatchObject({ rc: 0, stdout: 'next\n' })
    })

    test(`carries any bytes both ways, ${how}`, async () => {
      const bytes = Buffer.concat([randomBytes(200_000), Buffer.from([0, 0x27, 0x5c, 0x25, 0x0a, 0xff, 0])])
      const [binary, umlauts, empty] = await run(
        step('cat; cat /dev/null >&2', { stdin: bytes, contained }),
        step('cat >&2', { stdin: 'ä%s\\n\'"€\n'.repeat(30_000), contained }),
        step('cat; echo end', { contained }),
      )
      expect(binary?.stdout.equals(bytes)).toBe(true)
      expect(umlauts?.stderr.toString()).toBe('ä%s\\n\'"€\n'.repeat(30_000))
      expect(told(empty).stdout).toBe('end\n')
    })

    test(`carries input that looks like an option of printf, ${how}`, async () => {
      const inputs = ['-n', '--', '-', '-v x\\n']
      const outputs = await run(...inputs.map((stdin) => step('cat', { stdin, contained })))
      expect(outputs.map((output) => output.stdout.toString())).toEqual(inputs)
    })

    test(`bounds what it keeps and says so, ${how}`, async () => {
      const [cut, whole] = await run(
        step('head -c 3000000 /dev/urandom; exit 4', { maxOutput: 1000, contained }),
        step('printf 1234; printf 12345 >&2', { maxOutput: 5, contained }),
      )
      expect(cut).toMatchObject({ rc: 4, truncated: true })
      expect(cut?.stdout.length).toBe(1000)
      expect(whole).toMatchObject({ truncated: false })
    })

    test(`ends a step after its timeout with all it runs, keeps what it printed, and goes on, ${how}`, async () => {
      const child = join(folder, `child-${contained}`)
      const orphan = join(folder, `orphan-${contained}`)
      const script = `
        echo begun
        sh -c 'sleep 600 >/dev/null 2>&1 & echo $! >"$1"' sh ${quote(orphan)}
        sh -c 'echo $$ >"$1"; exec sleep 600' sh ${quote(child)}`
      const [slow, next] = await run(
        step(script, { timeout: 0.3, contained }),
        step('echo next', { contained }),
      )
      expect(slow).toMatchObject({ rc: null, timedOut: true })
      expect(slow?.stdout.toString()).toBe('begun\n')
      expect(told(next)).toEqual({ rc: 0, stdout: 'next\n', stderr: '' })
      await gone(await pidIn(child))
      await gone(await pidIn(orphan))
    })
  }

  test('has the environment of a step in that step alone', async () => {
    const environment = [['GREETING', "it's"] as const, ['CODE', new Secret('s3cr3t')] as const]
    const outputs = await run(
      step('printf "%s %s" "$GREETING" "$CODE"; sh -c \'printf " %s" "$CODE"\'', { environment }),
      step('[ -z "$CODE" ] && printf none'),
    )
    expect(outputs.map((output) => told(output).stdout)).toEqual(["it's s3cr3t s3cr3t", 'none'])
    await expect(run(step(':', { environment: [['no-name', 'x']] }))).rejects.toThrow(RangeError)
  })

  test('a process left behind neither delays nor disturbs what comes after it', async () => {
    const go = quote(join(folder, 'go'))
    const wrote = quote(join(folder, 'wrote'))
    const [left, next] = await run(
      step(
        `( trap '' PIPE; while [ ! -e ${go} ]; do sleep 0.1; done; echo late; echo late >&2; : >${wrote} ) & echo left`,
      ),
      step(`: >${go}; while [ ! -e ${wrote} ]; do sleep 0.1; done; echo next`),
    )
    expect(told(left)).toEqual({ rc: 0, stdout: 'left\n', stderr: '' })
    expect(told(next)).toEqual({ rc: 0, stdout: 'next\n', stderr: '' })
  })

  test('what an earlier step left running on purpose outlives a later timeout', async () => {
    const path = join(folder, 'daemon')
    const [, slow, check] = await run(
      step(`sleep 600 >/dev/null 2>&1 & echo $! >${quote(path)}`),
      step('sleep 600', { timeout: 0.2 }),
      step(`kill -0 "$(cat ${quote(path)})" && kill "$(cat ${quote(path)})"`),
    )
    expect(slow?.timedOut).toBe(true)
    expect(told(check)).toEqual({ rc: 0, stdout: '', stderr: '' })
  })

  test('takes a request of many steps and 500 kB in one piece', async () => {
    const before = { ...connection.counters }
    const payload = 'x'.repeat(25_000)
    const steps = Array.from({ length: 20 }, (_, index) =>
      step(`text=${payload}; echo ${index} \${#text}`, { contained: true }),
    )
    const outputs = await run(...steps)
    expect(outputs.map((output) => told(output).stdout)).toEqual(steps.map((_, index) => `${index} 25000\n`))
    expect(connection.counters.requests - before.requests).toBe(1)
    expect(connection.counters.bytesSent - before.bytesSent).toBeGreaterThan(500_000)
  })

  test('an abort kills what runs and what was still to come', async () => {
    const path = join(folder, 'aborted')
    const never = join(folder, 'never')
    const controller = new AbortController()
    const request = connection.request(
      undefined,
      [step(`sh -c 'echo $$ >${quote(path)}; exec sleep 600'`), step(`: >${quote(never)}`)],
      controller.signal,
    )
    const pid = await pidIn(path)
    controller.abort()
    await expect(request).rejects.toMatchObject({ reason: 'cancelled', started: true })
    await gone(pid)
    expect(existsSync(never)).toBe(false)
    expect(told((await run(step('echo again')))[0]).stdout).toBe('again\n')
  })

  test('requests stand in line; one that is cancelled while it waits was never started', async () => {
    const controller = new AbortController()
    const go = join(folder, 'line')
    const first = run(step(`while [ ! -e ${quote(go)} ]; do sleep 0.1; done; echo first`))
    const second = connection.request(undefined, [step('echo second')], controller.signal)
    const third = run(step('echo third'))
    controller.abort()
    await expect(second).rejects.toMatchObject({ reason: 'cancelled', started: false })
    writeFileSync(go, '')
    expect(told((await first)[0]).stdout).toBe('first\n')
    expect(told((await third)[0]).stdout).toBe('third\n')
  })

  test('a script that kills the shell loses the request, and the next one gets a new shell', async () => {
    await expect(run(step('kill -KILL $$'), step('echo never'))).rejects.toMatchObject({
      reason: 'lost',
      started: true,
    })
    expect(told((await run(step('echo again')))[0]).stdout).toBe('again\n')
  })

  test('a push writes the bytes it was given', async () => {
    const bytes = randomBytes(3_000_000)
    const path = join(folder, "it's pushed")
    writeFileSync(path, '')
    async function* read() {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
    }
    const source = { size: bytes.length, sha256: '', read }
    expect(await connection.push(undefined, source, path)).toMatchObject({ rc: 0 })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    const failed = await connection.push(undefined, source, join(folder, 'missing', 'x'))
    expect(failed.rc).not.toBe(0)
    expect(failed.stderr.length).toBeGreaterThan(0)
  })

  test('closing kills what runs, and refuses what comes', async () => {
    const other = connectWith(words)
    const path = join(folder, 'closed')
    const request = other.connection.request(undefined, [
      step(`sh -c 'echo $$ >${quote(path)}; exec sleep 600'`),
    ])
    const refused = expect(request).rejects.toMatchObject({ reason: 'cancelled', started: true })
    const pid = await pidIn(path)
    await other.dispose()
    await refused
    await gone(pid)
    await expect(other.connection.request(undefined, [step('echo x')])).rejects.toMatchObject({
      reason: 'cancelled',
      started: false,
    })
  })
})
