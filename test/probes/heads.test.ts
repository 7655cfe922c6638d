import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listening } from '../../src/probes/listening.ts'
import { mention } from '../../src/probes/mention.ts'
import { sharedKeys } from '../../src/probes/shared-keys.ts'
import { describeShells } from '../connection/shells.ts'
import { askInline } from './inline.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-probe-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const KEYS =
  '[default]\naws_access_key_id     = ASIA1\naws_secret_access_key = x\naws_session_token     = secret-token\n'

describeShells('questions that cost no process', (words) => {
  test('what a file of keys holds, and never the keys', () => {
    const asked = {
      none: join(folder, 'missing'),
      folder,
      empty: file('empty', ''),
      static: file('static', '[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\n'),
      keys: file('keys', KEYS),
      cut: file('cut', KEYS.trimEnd()),
      more: file('more', `${KEYS}\n[mine]\nregion = eu-west-1\n`),
    }
    const { answers, said } = askInline(words, Object.values(asked).map(sharedKeys))
    expect(Object.fromEntries(Object.keys(asked).map((name, at) => [name, answers[at]]))).toEqual({
      none: 'none',
      folder: 'none',
      empty: 'none',
      static: 'none',
      keys: 'alone',
      cut: 'alone',
      more: 'beside',
    })
    expect(said).not.toContain('secret-token')
  })

  test('whether words stand at the head of a file', () => {
    const probes = [
      mention(
        file('ours', '#!/bin/sh\n# Written by muster; changes are overwritten.\n'),
        'Written by muster',
      ),
      mention(file('cut', '# Written by muster'), 'Written by muster'),
      mention(file('theirs', '# written by somebody\n'), 'Written by muster'),
      mention(file('pattern', 'anything'), '*'),
      mention(file('deep', `${'\n'.repeat(150)}Written by muster`), 'Written by muster'),
      mention(join(folder, 'missing'), 'x'),
      mention(folder, 'x'),
    ]
    expect(askInline(words, probes).answers).toEqual([true, true, false, false, false, false, false])
  })

  test('whether somebody listens on a port', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    })
    try {
      expect(askInline(words, [listening(port), listening(1)]).answers).toEqual([true, false])
    } finally {
      server.close()
    }
    expect(askInline(words, [listening(port)]).answers).toEqual([false])
  })
})
