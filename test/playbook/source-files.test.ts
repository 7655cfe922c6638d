import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Mistakes } from '../../src/playbook/mistakes.ts'
import type { Task } from '../../src/playbook/playbook.ts'
import { checkSource } from '../../src/playbook/source-files.ts'
import { TemplateText } from '../../src/values/template-text.ts'
import type { Value } from '../../src/values/value.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-sources-'))
  await mkdir(join(directory, 'files/tree'), { recursive: true })
  await mkdir(join(directory, 'templates'))
  await writeFile(join(directory, 'files/a.conf'), '')
  await writeFile(join(directory, 'beside.conf'), '')
  await writeFile(join(directory, 'templates/good.j2'), 'x {{ y }}\n')
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

const position = { file: 'play.yaml', line: 5, column: 9 }

async function check(module: string, args: Record<string, Value>) {
  const mistakes = new Mistakes()
  const task = {
    module,
    search: [directory],
    args: new Map(Object.entries(args)),
    argPositions: new Map(Object.keys(args).map((name) => [name, position])),
    position,
  } as unknown as Task
  await checkSource(task, mistakes)
  return mistakes.problems()
}

describe('the file a task sends', () => {
  it.each<[string, Record<string, Value>]>([
    ['copy', { src: 'a.conf' }],
    ['copy', { src: 'beside.conf' }],
    ['copy', { src: 'tree/' }],
    ['copy', { content: 'x' }],
    ['template', { src: 'good.j2' }],
    ['script', { cmd: 'a.conf --option "b c"' }],
    ['script', { cmd: '"a.conf" x' }],
    ['command', { cmd: 'nosuch' }],
    ['copy', { src: '/nosuch', remote_src: 'yes' }],
    ['copy', { src: 'nosuch', remote_src: new TemplateText('{{ x }}') }],
    ['copy', { src: new TemplateText('{{ x }}') }],
  ])('is there, or is not known yet: %s %j', async (module, args) => {
    expect(await check(module, args)).toEqual([])
  })

  it.each<[string, Record<string, Value>, string]>([
    ['copy', { src: 'nosuch' }, 'files/nosuch'],
    ['copy', { src: 'good.j2' }, 'files/good.j2'],
    ['template', { src: 'a.conf' }, 'templates/a.conf'],
    ['script', { cmd: 'nosuch.sh a.conf' }, 'files/nosuch.sh'],
    ['copy', { src: 'nosuch', remote_src: false }, 'files/nosuch'],
  ])('is missed: %s %j', async (module, args, place) => {
    const name = place.slice(place.indexOf('/') + 1)
    expect(await check(module, args)).toEqual([
      {
        message: `Could not find or access '${name}'`,
        position,
        hint: `searched in ${join(directory, place)}, ${join(directory, name)}`,
      },
    ])
  })

  it('is missed at its own place alone when it is absolute', async () => {
    expect(await check('copy', { src: '/nosuch/file' })).toEqual([
      expect.objectContaining({ hint: 'searched in /nosuch/file' }),
    ])
  })
})
