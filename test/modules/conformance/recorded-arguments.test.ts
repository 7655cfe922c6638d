import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkArguments } from '../../../src/modules/check-parameters.ts'
import { loadModule, resolveModuleName } from '../../../src/modules/registry.ts'
import type { Value } from '../../../src/values/value.ts'
import { parseYaml } from '../../../src/yaml/parse.ts'
import { toValue } from '../../../src/yaml/to-value.ts'

const folder = join(import.meta.dirname, '../../cases/modules')

interface Recorded {
  readonly args: unknown
  readonly run: { readonly failed: boolean; readonly msg: string | null }
}

/** Ansible's words for arguments that its argument_spec refuses. */
const ABOUT_ARGUMENTS =
  /^(Unsupported parameters for|missing required arguments|missing parameter\(s\) required by|parameters are mutually exclusive|value of \w+ must be one of|argument '?\w+'? is of type|one of the following is required)|are missing: /

/** A mode that is a bare number is refused: Ansible makes 01204 of 644 (facts/modules.md, rule 1). */
const REFUSED_ON_PURPOSE = ['file/32-mode-number', 'file/33-mode-number-decimal']

const entries = await readdir(folder, { withFileTypes: true })
const cases: (readonly [string, string, Recorded])[] = []
for (const entry of entries) {
  const module = entry.isDirectory() ? resolveModuleName(entry.name) : undefined
  if (module === undefined) continue
  for (const file of (await readdir(join(folder, entry.name))).sort()) {
    // The mark of the recorder's server stands for a number.
    const text = (await readFile(join(folder, entry.name, file), 'utf8')).replaceAll('@SERVER_PORT@', '80')
    cases.push([`${entry.name}/${file.replace('.json', '')}`, module, JSON.parse(text) as Recorded])
  }
}

async function problems(module: string, args: unknown): Promise<string[]> {
  // JSON is YAML; this way text with template marks becomes a template, as in a playbook.
  const value = toValue(parseYaml(JSON.stringify(args), 'case.yaml').documents[0]!) as Map<string, Value>
  const found = checkArguments(await loadModule(module), value, {
    task: { file: 'case.yaml' },
    args: new Map(),
  })
  return found.map(({ message }) => message)
}

describe('arguments of recorded cases', () => {
  it('are there', () => {
    expect(cases.length).toBeGreaterThan(50)
  })

  it.each(cases)('%s', async (name, module, { args, run }) => {
    const refusedByAnsible = run.failed && run.msg !== null && ABOUT_ARGUMENTS.test(run.msg)
    const found = await problems(module, args)
    if (refusedByAnsible || REFUSED_ON_PURPOSE.includes(name)) expect(found).not.toEqual([])
    else expect(found).toEqual([])
  })
})
