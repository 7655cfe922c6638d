import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/connection/connect.ts'
import type { Connection } from '../../src/connection/connection.ts'
import { connectionSettings } from '../../src/connection/settings/settings.ts'
import type { PowerShellValue } from '../../src/shell/powershell/ps.ts'
import { ps } from '../../src/shell/powershell/ps.ts'
import { sh } from '../../src/shell/sh.ts'
import { Secret } from '../../src/values/secret.ts'
import type { Value } from '../../src/values/value.ts'
import { told } from '../connection/steps.ts'
import type { TestHost } from '../hosts/index.ts'
import { NO_KIT, startWindowsHosts, type WindowsHosts, windowsKit } from '../hosts/windows/index.ts'
import { RunningMuster, summaryOf } from '../run/muster.ts'
import { aMixedFleet } from './mixed-fleet.ts'
import { Known } from './scripts/known.ts'
import { lacks } from './scripts/lacks.ts'
import { ourScripts } from './scripts/our-scripts.ts'
import { readScript } from './scripts/read-script.ts'

if (windowsKit() === undefined)
  describe.skip(`a Windows host (${NO_KIT})`, () => test('is managed', () => {}))
else {
  let hosts: WindowsHosts
  beforeAll(async () => {
    hosts = await startWindowsHosts([
      { name: 'wincmd', shell: 'cmd' },
      { name: 'winps', shell: 'powershell' },
    ])
  }, 600_000)
  afterAll(() => hosts?.stop())

  const open = (index: number): Promise<Connection> => {
    const host = hosts.hosts[index] as TestHost
    const variables = hosts.variables(host) as Record<string, Value>
    return connect(connectionSettings(host.name, (name) => variables[name]))
  }

  for (const [index, shell] of ['cmd.exe', 'PowerShell'].entries())
    describe(`a connection to a host whose default shell is ${shell}`, () => {
      let connection: Connection
      beforeAll(async () => {
        connection = await open(index)
      })
      afterAll(() => connection?.close())

      test('knows it by its greeting, and keeps steps apart', async () => {
        expect(connection.platform).toBe('windows')
        const outputs = await connection.request(undefined, [
          { script: ps`w ${'hällo ’‚‛ \'"$(x)` %PATH% ^&! €\r\n'}; e 'bad'; $global:m_rc=3010; 'an object'` },
          { script: ps`throw 'no such luck'` },
          { script: ps`Get-Item -LiteralPath ${'C:\\nope'}` },
          { script: ps`if(` },
          { script: ps`w $env:MUSTER_A; break`, environment: [['MUSTER_A', new Secret('ä%"')]] },
          { script: ps`w "[$env:MUSTER_A]"` },
          {
            script: ps`$r=m_run @{file='cmd.exe';arguments='/c echo out& echo err>&2& exit 1641'}; w $r.rc; wb $r.out; e ''; wb $r.err`,
          },
        ])
        expect(outputs.slice(0, 1).map(told)).toEqual([
          { rc: 3010, stdout: 'hällo ’‚‛ \'"$(x)` %PATH% ^&! €\r\n', stderr: 'bad' },
        ])
        expect(outputs[1]).toMatchObject({ rc: 1 })
        expect(outputs[1]?.stderr.toString()).toMatch(/^no such luck\n/)
        expect(outputs[2]?.stderr.toString()).toMatch(/C:\\nope.*PathNotFound/s)
        expect(outputs[3]).toMatchObject({ rc: 1 })
        expect(outputs.slice(4).map(told)).toEqual([
          { rc: 0, stdout: 'ä%"', stderr: '' },
          { rc: 0, stdout: '[]', stderr: '' },
          { rc: 0, stdout: '1641out\r\nerr\r\n', stderr: '' },
        ])
      })

      test('is one PowerShell, whatever goes over it', async () => {
        const content = Buffer.from(Array.from({ length: 700_001 }, (_, at) => (at * 7) % 256))
        const source = {
          size: content.length,
          sha256: '',
          async *read() {
            yield content
          },
        }
        await connection.request(undefined, [{ script: ps`[IO.File]::WriteAllText('C:\pushed','x')` }])
        const sent = await connection.push(undefined, source, 'C:\\pushed')
        expect(told(sent)).toEqual({ rc: 0, stdout: '', stderr: '' })
        const refused = await connection.push(undefined, source, 'C:\\nowhere\\x')
        expect(refused.rc).toBe(1)
        expect(refused.stderr.toString()).toContain('C:\\nowhere\\x')
        const host = hosts.hosts[index] as TestHost
        expect(await host.sh(`sha256sum </C:/pushed`)).toContain(
          createHash('sha256').update(content).digest('hex'),
        )
        expect(connection.counters.channels).toBe(1)
      })

      test('ends what takes too long, and goes on', async () => {
        const outputs = await connection.request(undefined, [
          { script: ps`w before` },
          { script: ps`while($true){}`, timeout: 0.5 },
          { script: ps`w 'after'` },
        ])
        expect(outputs.map(({ timedOut }) => timedOut)).toEqual([false, true, false])
        expect(outputs[2]?.stdout.toString()).toBe('after')
        // The default shell is one too, where it is PowerShell.
        const count = ps`w ([Diagnostics.Process]::GetProcessesByName('powershell').Length)`
        const [running] = await connection.request(undefined, [{ script: count }])
        expect(running?.stdout.toString()).toBe(index === 0 ? '1' : '2')
      })

      test('refuses what is for sh, and another user', async () => {
        await expect(connection.request(undefined, [{ script: sh`true` }])).rejects.toThrow(/sh/)
        const become = { method: 'sudo', user: 'root', exe: 'sudo', flags: '' } as const
        await expect(async () => connection.request(become, [{ script: ps`w 1` }])).rejects.toMatchObject({
          reason: 'become-refused',
        })
      })

      if (index === 0)
        test('carries any value into a script, whole and as what it is', async () => {
          const leaf = fc.oneof(
            fc.string({ unit: 'grapheme' }),
            fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/\p{Cs}/gu, '')),
            fc.constantFrom(
              "'",
              '"',
              '’',
              '$(exit 3)',
              '`',
              '%PATH%',
              '{0}',
              '\0',
              '\r\n',
              '-Force',
              '',
              '“x”',
            ),
            fc.integer(),
            fc.boolean(),
            fc.constant(null),
            fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          )
          const value: fc.Arbitrary<PowerShellValue> = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }))
          const show = ps`function show($v){
  if($null -eq $v){w 'z;'}
  elseif($v -is [string]){w "s$([BitConverter]::ToString($m_utf8.GetBytes($v)));"}
  elseif($v -is [bool]){w "t$([int]$v);"}
  elseif($v -is [byte[]]){w "b$([BitConverter]::ToString($v));"}
  elseif($v -is [array]){w "a$($v.Length);";foreach($x in $v){show $x}}
  else{w "i$v;"}
}`
          const hex = (bytes: Buffer) => (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join('-')
          const wanted = (one: PowerShellValue): string => {
            if (one === null) return 'z;'
            if (typeof one === 'string') return `s${hex(Buffer.from(one))};`
            if (typeof one === 'boolean') return `t${Number(one)};`
            if (Buffer.isBuffer(one)) return `b${hex(one)};`
            if (typeof one === 'number') return `i${one};`
            const items = one as readonly PowerShellValue[]
            return `a${items.length};${items.map(wanted).join('')}`
          }
          await fc.assert(
            fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 30 }), async (all) => {
              const outputs = await connection.request(
                undefined,
                all.map((one) => ({ script: ps`${show}; show ${one}` })),
              )
              expect(outputs.map((output) => output.stdout.toString())).toEqual(all.map(wanted))
            }),
            { numRuns: 15 },
          )
        })
    })

  describe('scripts of ours', () => {
    test('hold nothing that Windows PowerShell 5.1 lacks', async () => {
      const scripts = ourScripts()
      expect(scripts.length).toBeGreaterThan(50)
      const connection = await open(0)
      try {
        const outputs = await connection.request(
          undefined,
          scripts.map(({ text }) => ({ script: readScript(text) })),
        )
        const parts = outputs.map(({ stdout }) => stdout.toString('utf8').trim().split('\n'))
        const known = new Known(windowsKit() as string)
        const ours = new Set(
          parts.flat().flatMap((line) => (line.startsWith('function ') ? [line.slice(9).toLowerCase()] : [])),
        )
        const wrong = scripts.flatMap(({ place }, at) =>
          lacks(parts[at] as string[], known, ours).map((what) => `${place}: ${what}`),
        )
        expect(outputs.map(({ stderr }) => stderr.toString('utf8')).join('')).toBe('')
        expect([...new Set(wrong)]).toEqual([])
        // It finds what it is there for.
        const text =
          '$a ? 1 : 2; $b ?? 3; Get-Date -AsUTC; [Convert]::ToHexString($x); Remove-Service x; Set-Content y z; $p.Nosuch()'
        const [output] = await connection.request(undefined, [{ script: readScript(text) }])
        expect(lacks(output!.stdout.toString('utf8').trim().split('\n'), known, ours)).toEqual([
          'TernaryExpressionAst',
          'Get-Date -AsUTC',
          '[Convert]::ToHexString',
          'Remove-Service',
          'Set-Content without an encoding',
          'a member Nosuch',
          'QuestionQuestion',
        ])
      } finally {
        await connection.close()
      }
    })
  })

  describe('a play for Windows hosts', () => {
    let folder: string
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'muster-windows-play-'))
    })
    afterAll(() => rm(folder, { recursive: true, force: true }))

    const muster = async (playbook: string, ...words: string[]) => {
      const inventory = join(folder, 'inventory.json')
      const all = hosts.hosts.map((host) => [host.name, hosts.variables(host)])
      await writeFile(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(all) } }))
      const environment = { XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
      return new RunningMuster(['apply', playbook, '-i', inventory, '--json', ...words], { environment })
        .ended
    }

    test('changes what differs, and a second time nothing, with one request a host', async () => {
      const playbook = join(import.meta.dirname, 'modules.yaml')
      const check = await muster(playbook, '--check')
      expect(summaryOf(check).failures.map(({ task }) => task)).toEqual(['it is whole', 'it is whole'])
      const first = summaryOf(await muster(playbook))
      expect(first.failures).toEqual([])
      expect(Object.values(first.recap).map((counts) => counts['changed'])).toEqual([8, 8])
      const second = summaryOf(await muster(playbook))
      expect(second.failures).toEqual([])
      expect(Object.values(second.recap).map((counts) => counts['changed'])).toEqual([0, 0])
      // win_ping is asked at its turn; all that the others look at is one request.
      expect(second.cost).toMatchObject({ handshakes: 2, channels: 2, requests: 4 })
      const [host] = hosts.hosts as [TestHost]
      expect(await host.sh("cat '/C:/ProgramData/muster test/a [1]/motd.txt'")).toBe(
        `Welcome to ${host.name}\r\nand on\r\n`,
      )
      expect(await host.sh("cat '/C:/ProgramData/muster test/a [1]/%nope% ^&!ü.txt'")).toBe('größer\r\n')
    })

    test('says which module is for which hosts', async () => {
      const playbook = join(folder, 'wrong.yaml')
      await writeFile(
        playbook,
        JSON.stringify([
          {
            hosts: 'all',
            gather_facts: false,
            tasks: [{ name: 'wrong', copy: { dest: '/x', content: 'x' } }],
          },
        ]),
      )
      const { failures } = summaryOf(await muster(playbook))
      expect(failures[0]).toMatchObject({ message: 'copy is for POSIX hosts, and this is a Windows host' })
      expect(failures[0]?.hint).toContain('win_copy')
    })
  })

  describe('a fleet of Linux and Windows hosts', () => aMixedFleet(() => hosts))
}
