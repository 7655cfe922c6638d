import { expect, test } from 'vitest'
import { readCliXml } from '../../../src/connection/windows/clixml.ts'
import { explainWindowsStart } from '../../../src/connection/windows/start-failure.ts'

const CLIXML = `#< CLIXML\r
<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>Preparing modules for first use.</AV></PR></MS></Obj><S S="Error">At line:1 char:1_x000D__x000A_</S><S S="Error">+ a &amp; &lt;b&gt;_x000D__x000A_</S></Objs>native text`

test('CLIXML is read: errors and what stands beside it, no progress', () => {
  expect(readCliXml(CLIXML)).toBe('At line:1 char:1\n+ a & <b>\nnative text')
  expect(readCliXml('plain')).toBe('plain')
  expect(readCliXml('#< CLIXML\n#< CLIXML\n<Objs><S S="Error">x</S></Objs>')).toBe('x')
})

test('reading hostile CLIXML takes no longer than its length asks for', () => {
  const began = performance.now()
  for (const part of ['<S S="Error">', '#< CLIXML', '<Objs ', '&lt;', '_x000D_'])
    readCliXml(`#< CLIXML\n${part.repeat(200_000 / part.length)}`)
  expect(performance.now() - began).toBeLessThan(2_000)
})

test.each([
  [
    'muster-refused language ConstrainedLanguage 5.1.17763.1',
    'language mode ConstrainedLanguage',
    'AppLocker',
  ],
  ['muster-refused version 3.0', 'Windows PowerShell is of version 3.0', '5.1'],
  ['muster-refused program ScriptContainedMaliciousContent', "does not take muster's program", 'AMSI'],
  [
    "'powershell.exe' is not recognized as an internal or external command",
    'no powershell.exe',
    'ansible_shell_type',
  ],
  ['Access is denied ... console output buffer', 'could not start', '9.8'],
])('%s', (said, message, hint) => {
  const failure = explainWindowsStart('win1', {
    end: { code: 75, signal: null },
    stdout: Buffer.from(said),
    stderr: Buffer.from(CLIXML),
  })
  expect(failure).toMatchObject({ reason: 'no-shell', started: false })
  expect(failure.message).toContain(message)
  expect(failure.hint).toContain(hint)
})

test('silence and a lost connection are told apart', () => {
  const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  expect(explainWindowsStart('w', { end: undefined, waited: 30, ...nothing }).message).toBe(
    'w: no PowerShell within 30 s',
  )
  const end = { code: null, signal: null, reason: 'reset', connectionLost: true } as const
  expect(explainWindowsStart('w', { end, ...nothing })).toMatchObject({ reason: 'lost', started: true })
})
