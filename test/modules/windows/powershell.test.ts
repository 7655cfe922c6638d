import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { happening, valuesOf } from '../in-words.ts'

test('path names a file of the controller, whose text is what runs', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'muster-powershell-'))
  try {
    await mkdir(join(directory, 'files'))
    await writeFile(join(directory, 'files', 'x.ps1'), '\uFEFFGet-Service "größer"')
    const { done } = await happening(
      'win_powershell',
      valuesOf({ path: 'x.ps1' }),
      { parameters: {} },
      { directory },
    )
    expect(done.join('\n')).toContain('"script": "Get-Service \\"gr\\u00f6\\u00dfer\\""')
  } finally {
    await rm(directory, { recursive: true })
  }
})
