import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../../src/modules/module.ts'
import { convergeDebs } from '../../../src/modules/packages/deb-on-host.ts'
import type { DebFile } from '../../../src/probes/deb-file.ts'
import { NOT_INSTALLED, type Package } from '../../../src/probes/package.ts'
import type { Probe } from '../../../src/probes/probe.ts'
import type { ShellText } from '../../../src/shell/sh.ts'
import type { Output } from '../../../src/values/transfer.ts'
import { debFile, tar } from './deb-file.ts'

const OPTIONS = {
  ...({ pin: 'exact', allowDowngrade: false, installRecommends: undefined } as const),
  ...{ lockTimeout: 60, dpkgOptions: ['force-confold'] },
}

const HOST: Readonly<Record<string, Package>> = {
  dpkg: { status: 'installed', version: '1.21', architecture: 'amd64' },
  libc6: { status: 'installed', version: '2.36', architecture: 'amd64' },
}

const installed = (version: string, status = 'installed') => ({
  casepkg: { status, version, architecture: 'all' },
})

/** A file on the host; `knows`: all packages, or only the one whose name the file suggests. */
function onHost(
  depends: string,
  host: Readonly<Record<string, Package>>,
  knows: 'all' | 'own' = 'all',
): DebFile {
  const control = `Package: casepkg\nVersion: 1.0\nArchitecture: all\nDepends: ${depends}\n`
  return {
    kind: 'file',
    path: '/srv/casepkg.deb',
    head: debFile('control.tar.gz', gzipSync(tar({ './control': control }))),
    installed: (name) => (knows === 'all' || name === 'casepkg' ? (host[name] ?? NOT_INSTALLED) : undefined),
  }
}

const output = (stdout = '', rc = 0): Output => ({
  ...{ rc, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) },
  ...{ seconds: 0, truncated: false, timedOut: false },
})

/** What is done, in the module's words; apt answers with `simulation`, dpkg from `host`. */
async function did(
  file: DebFile,
  options: Partial<typeof OPTIONS> & { readonly pin?: 'exact' | 'minimum' } = {},
  simulation: Output = output(),
  host: Readonly<Record<string, Package>> = HOST,
): Promise<{ actions: string[]; script: string; outcome: Outcome | undefined; error: string | undefined }> {
  const steps = convergeDebs([file], { ...OPTIONS, ...options }, { check: false } as ModuleContext)
  const actions: string[] = []
  let script = ''
  try {
    let next = await steps.next()
    while (next.done !== true) {
      const action: Action = next.value
      actions.push(`${action.kind}: ${action.says}`)
      if (action.kind === 'run') script = (action.script as ShellText).reveal()
      next = await steps.next(answer(action))
    }
    return { actions, script, outcome: next.value, error: undefined }
  } catch (error) {
    return { actions, script, outcome: undefined, error: (error as Error).message }
  }
  function answer(action: Action): ActionResult {
    const probes = action.kind === 'look' ? action.probes : {}
    const asked = (probes['packages'] ?? []) as readonly Probe<unknown>[]
    const packages = asked.map((one) =>
      one.interpret({ manager: 'dpkg', ...(host[String(one.args)] ?? NOT_INSTALLED) }),
    )
    return { ...output(), value: null, answers: { packages, output: simulation, related: false } }
  }
}

describe('a .deb on the host', () => {
  it('that is installed is left alone, without another look', async () => {
    expect((await did(onHost('libc6', installed('1.0'), 'own'))).actions).toEqual([])
  })

  it('is installed without apt where nothing is missing', async () => {
    const { actions, script } = await did(onHost('libc6 (>= 2.30)', HOST))
    expect(actions).toEqual(['run: install casepkg 1.0'])
    expect(script).not.toContain('apt')
    expect(script).not.toContain('cksum')
  })

  it('costs one look at its dependencies where dpkg was asked about it alone', async () => {
    const host = { ...HOST, ...installed('0.9') }
    const { actions, error } = await did(onHost('libc6', host, 'own'), {}, output(), host)
    expect(error).toBeUndefined()
    expect(actions).toEqual([
      'look: look for dpkg, libc6',
      'look: look who needs casepkg',
      'run: install casepkg 1.0',
    ])
  })

  it('brings what apt names', async () => {
    const simulated = output(
      'Inst casedep (1.0 case [all])\nInst casepkg (1.0 local-deb [all])\nConf casedep\n',
    )
    const { actions, script } = await did(onHost('casedep', HOST), {}, simulated)
    expect(actions).toEqual(['look: ask apt about casepkg', 'run: install casepkg 1.0'])
    expect(script).toMatch(/install -- casedep <\/dev\/null/)
  })

  it('takes no option of apt for a name', async () => {
    const { script } = await did(onHost('casedep', HOST), {}, output('Inst -o (1.0)\nInst a;id (1)\n'))
    expect(script).not.toContain('apt-get')
  })

  it('brings what it recommends only when asked, so that apt is asked then', async () => {
    expect((await did(onHost('libc6', HOST), { installRecommends: true } as never)).actions[0]).toBe(
      'look: ask apt about casepkg',
    )
  })

  it('is refused before anything is done when apt cannot get what it needs', async () => {
    const refused = output(' casepkg : Depends: casedep but it is not installable\n', 100)
    const { actions, error } = await did(onHost('casedep', HOST), {}, refused)
    expect([actions, error]).toEqual([
      ['look: ask apt about casepkg'],
      'Dependency is not satisfiable: casedep',
    ])
  })

  it('is configured where its script failed', async () => {
    expect((await did(onHost('', installed('1.0', 'half-configured')))).actions).toEqual([
      'run: configure casepkg 1.0',
    ])
  })

  it('does not replace a newer one', async () => {
    expect((await did(onHost('', installed('1.0+b1')))).error).toBe('A later version is already installed')
    expect((await did(onHost('', installed('1.0+b1')), { pin: 'minimum' } as never)).actions).toEqual([])
  })
})
