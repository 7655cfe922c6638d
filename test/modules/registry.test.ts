import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { REGISTRY_FILE, readLibrary, registrySource } from '../../scripts/generate-registry.ts'
import { knownNames, loadModule, moduleNames, resolveModuleName } from '../../src/modules/registry.ts'

describe('the registry', () => {
  it('is what `npm run generate` makes of the folder', async () => {
    expect(await readFile(REGISTRY_FILE, 'utf8')).toBe(registrySource(await readLibrary()))
  })

  it('finds modules by short name and by the prefixes of Ansible', () => {
    expect(resolveModuleName('debug')).toBe('debug')
    expect(resolveModuleName('ansible.builtin.debug')).toBe('debug')
    expect(resolveModuleName('ansible.legacy.debug')).toBe('debug')
    expect(resolveModuleName('community.general.debug')).toBeUndefined()
    expect(resolveModuleName('debugg')).toBeUndefined()
    expect(resolveModuleName('toString')).toBeUndefined()
  })

  it('loads the module of every name', async () => {
    for (const name of knownNames()) {
      const module = await loadModule(resolveModuleName(name)!)
      expect([module.name, ...(module.aliases ?? [])]).toContain(name)
    }
    expect(moduleNames()).toEqual([...moduleNames()].sort())
    await expect(loadModule('nosuch')).rejects.toThrow(RangeError)
  })
})
