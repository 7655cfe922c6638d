import { expect, test } from 'vitest'
import { COMMAND_LINE, encodeSteps, preamble } from '../../../src/connection/windows/encode.ts'
import { BOOTSTRAP, PROGRAM } from '../../../src/connection/windows/program.ts'
import { ps } from '../../../src/shell/powershell/ps.ts'
import { sh } from '../../../src/shell/sh.ts'
import { Secret } from '../../../src/values/secret.ts'

test('the command line fits cmd.exe, and means the same to every shell', () => {
  expect(COMMAND_LINE.line.length).toBeLessThan(8_000)
  expect(BOOTSTRAP.reveal().text.length).toBeLessThan(3_000)
  expect(COMMAND_LINE.line).toMatch(/^powershell\.exe [A-Za-z0-9 +/=-]+$/)
})

test('neither part names what makes the host read ahead, or what is logged as suspicious', () => {
  for (const text of [BOOTSTRAP.reveal().text, PROGRAM.reveal().text]) {
    expect(text).not.toMatch(/\$input\b/i)
    expect(text).not.toMatch(/DllImport|FromBase64String|ToBase64String|Invoke-Expression|\biex\b/i)
    expect(text).toMatch(/^[\x09\x0a\x20-\x7e]*$/)
  }
  expect(preamble().toString()).toMatch(/^\d+\n/)
})

test('values travel beside the script, each with its length', () => {
  const steps = [
    {
      script: ps`a ${'x'} ${new Secret('ü\n')} ${[1, true, null, Buffer.from([10])]} ${'x'}`,
      environment: [['A', 'b']] as const,
      timeout: 1.5,
    },
  ]
  const sent = encodeSteps(steps, { nonce: 'N' }).toString()
  const text = 'param($a)$m0=$a[0];$m1=$a[1];$m2=$a[2];a $m0 $m1 $m2 $m0'
  expect(sent).toBe(
    `r N 1\n${text.length} 3 2\n${text}\ns 1\nx\ns 3\nü\n\na 4\ni 1\ny\nz\nb 1\n\n\na 1\na 2\ns 1\nA\ns 1\nb\n`,
  )
})

test('what PowerShell cannot be given is refused', () => {
  expect(() => encodeSteps([{ script: sh`true` }], { nonce: 'N' })).toThrow(/sh cannot be run by PowerShell/)
  expect(() => encodeSteps([{ script: ps``, stdin: 'x' }], { nonce: 'N' })).toThrow(/no standard input/)
  expect(() => encodeSteps([{ script: ps``, environment: [['A=B', 'x']] }], { nonce: 'N' })).toThrow(/"A=B"/)
})

test('a script shows its values as they would be written by hand, and no secret', () => {
  const script = ps`Set-X -Name ${"it's"} -Key ${new Secret('abc')} -All ${[1, 'a']} \`t \${x}`
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what PowerShell gets.
  expect(String(script)).toBe("Set-X -Name 'it''s' -Key ******** -All @(1, 'a') `t ${x}")
  expect(script.secrets.map((one) => one.revealText())).toEqual(['abc'])
})
