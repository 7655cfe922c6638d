import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { failedStep, failFunction } from '../../src/shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../src/shell/sh.ts'

function run(...script: ShellText[]) {
  return spawnSync('/bin/sh', ['-c', lines(script).reveal()])
}

test('a script names the step that failed, what was said of it, and what it had printed', () => {
  const { status, stdout } = run(
    failFunction(sh`printf 'now\0'`),
    sh`printf 'kind\0gz\0'; m_fail list ${'no\nsuch "thing"'}; printf never`,
  )
  expect(status).toBe(1)
  const failed = failedStep(stdout)!
  expect(failed.step).toBe('list')
  expect(failed.words.toString()).toBe('no\nsuch "thing"')
  expect(failed.before.toString('latin1')).toBe('kind\0gz\0')
  expect(failed.after.toString('latin1')).toBe('now\0')
})

test('words are cut to their end', () => {
  const { stdout } = run(failFunction(), sh`m_fail unpack ${`${'x'.repeat(20_000)} the end`}`)
  const { words } = failedStep(stdout)!
  expect(words.length).toBe(8000)
  expect(words.toString()).toMatch(/ the end$/)
})

test('the last mark counts, since a tool may have printed one before', () => {
  const { stdout } = run(failFunction(), sh`printf '\0fail\0owner\0\0'; m_fail mode`)
  expect(failedStep(stdout)).toMatchObject({ step: 'mode', words: Buffer.alloc(0), after: Buffer.alloc(0) })
})

test.each(['', 'done', '\0fail', 'fail\0x\0'])('%j names none', (printed) => {
  expect(failedStep(Buffer.from(printed))).toBeUndefined()
})

test.each(['\0fail\0', '\0fail\0step', '\0fail\0step\0wor'])(
  '%j, cut off, is read as far as it goes',
  (printed) => {
    const [, , step = '', words = ''] = printed.split('\0')
    expect(failedStep(Buffer.from(printed))).toMatchObject({ step, words: Buffer.from(words) })
  },
)
