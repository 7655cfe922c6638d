import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MODULES } from '../src/modules/registry.gen.ts'
import { SECRET_DOORS } from './secret-doors.ts'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src')

/**
 * What each folder may import beside itself. Downwards only: cli -> run -> (playbook, modules, connection, aws,
 * inventory) -> template -> (yaml, shell, values). report/ listens to events, so it sees no more than their types.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  values: [],
  shell: ['values'],
  // Programs on the controller: scripts that give an inventory or a password.
  program: ['values'],
  // Ansible Vault and SOPS: what is encrypted on the controller.
  vault: ['program', 'values'],
  yaml: ['vault', 'values'],
  template: ['yaml', 'shell', 'values'],
  settings: ['yaml', 'values'],
  inventory: ['connection', 'program', 'template', 'vault', 'yaml', 'shell', 'values'],
  aws: ['template', 'yaml', 'shell', 'values'],
  connection: ['template', 'yaml', 'shell', 'values'],
  artifacts: ['yaml', 'values'],
  probes: ['shell', 'values'],
  modules: ['probes', 'aws', 'connection', 'template', 'yaml', 'shell', 'values'],
  playbook: ['modules', 'inventory', 'template', 'vault', 'yaml', 'shell', 'values'],
  run: [
    ...['playbook', 'artifacts', 'modules', 'probes', 'connection', 'aws', 'inventory', 'vault'],
    ...['template', 'yaml', 'shell', 'values'],
  ],
  proof: ['modules', 'aws', 'values'],
  teardown: ['modules', 'aws', 'values'],
  report: ['run', 'proof', 'teardown', 'inventory', 'template', 'yaml', 'shell', 'values'],
  // The embedded cloud stands in for AWS: it knows nothing of muster but its smallest values.
  emulator: ['values'],
  cli: [
    ...[
      'report',
      'proof',
      'teardown',
      'run',
      'playbook',
      'artifacts',
      'modules',
      'connection',
      'aws',
      'inventory',
      'vault',
      'settings',
    ],
    ...['template', 'yaml', 'shell', 'values', 'emulator'],
  ],
}

/** The only files that may start the embedded cloud. */
const MAY_START_CLOUD = [/^cli\/cloud\b/, /^cli\/demo\b/]

/** A folder with more files than this needs rooms. */
const FILES_A_FOLDER = 16

/** Folders that are lists: every file in them is one entry of the same kind, found by its name. */
const LISTS: Readonly<Record<string, string>> = {
  'src/modules/library': 'a file a module',
  'src/probes': 'a file a kind of question',
  'src/template/filters': 'a file a family of filters',
  'src/template/lookups': 'a file a family of lookups',
  'test/modules/parameters': 'a file a module',
  'docs/modules': 'a page a module',
  docs: 'a page a subject, each linked from the README',
}

/** What was recorded of other programs lies as they give it, or a file a recorded case. */
const RECORDED = /^test\/(?:cases|roles\/roles)\//

/** Who sees modules as what they say of themselves (`needsAws`, `source`), and not by their names. */
const KNOW_NO_MODULE = [
  'playbook',
  'run',
  'report',
  'cli',
  'proof',
  'teardown',
  'inventory',
  'artifacts',
  'connection',
]

/** Scripts for hosts that write by name, and why no user of the host can swap that name. All others hold a directory. */
const WRITES_BY_NAME: Readonly<Record<string, string>> = {
  'modules/archives/compare-archive.ts':
    'lists in the directory of working-directory.ts, which nobody else can enter',
  'modules/archives/open-archive.ts': 'lists there, too',
  'modules/archives/unpack-archive.ts': 'behind merge-archive.ts, or as the owner of dest',
  'modules/collectors/stop-script.ts': "files of known collectors in folders of root's",
  'modules/commands/job.ts': 'in a folder of its user alone, which it goes into',
  'modules/files/attributes/time-steps.ts': 'steps of scripts that hold the directory',
  'modules/files/trees/copy-remote-file.ts': 'the same: what fills the temporary file of write-script.ts',
  'modules/host/crontab-program.ts': 'a file of mktemp, which only its owner may read or move',
  'modules/library/hostname.ts': 'in /etc',
  'modules/library/rpm_key.ts': 'a file of mktemp, which only its owner may read or move',
  'modules/library/timezone.ts': 'in /etc',
  'modules/packages/dpkg.ts':
    'in /var/tmp, where nobody moves what is not theirs, under a name that nobody can have prepared',
  'modules/registration/register-script.ts': "in the agent's folders, which are root's",
  'modules/registration/removal-script.ts': 'there, too',
  'probes/digest-cache.ts': "in a folder of root's",
  // Words for people, and for PowerShell (docs/security.md: Windows).
  'modules/library/win_file.ts': 'nothing: it only says touch',
  'modules/registration/refusals.ts': 'nothing: a hint',
}

interface SourceFile {
  /** Below src/, with slashes. */
  readonly name: string
  readonly text: string
  /** Files it imports, below src/. */
  readonly imports: readonly string[]
}

async function sourceFiles(): Promise<SourceFile[]> {
  const entries = await readdir(source, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      const text = await readFile(path, 'utf8')
      const found = text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.{1,2}\/[^']+)'/g)
      const imports = [...found]
        .map(([, target]) => relative(source, join(dirname(path), target!)))
        // package.json, for the version.
        .filter((target) => !target.startsWith('..'))
      return { name: relative(source, path), text, imports }
    }),
  )
}

const folderOf = (name: string) => name.split('/')[0]!
const files = await sourceFiles()

describe('the sources', () => {
  it('are found, with their imports', () => {
    expect(files.length).toBeGreaterThan(20)
    const file = files.find(({ name }) => name === 'modules/module.ts')
    expect(file?.imports).toContain('values/secret.ts')
    expect(file?.imports).toContain('aws/clients.ts')
  })

  it('lie in folders whose place is known', () => {
    expect(files.map(({ name }) => folderOf(name)).filter((folder) => !(folder in MAY_IMPORT))).toEqual([])
  })

  it('import downwards only', () => {
    const wrong = files.flatMap(({ name, imports }) => {
      const folder = folderOf(name)
      return imports
        .filter((target) => folderOf(target) !== folder && !MAY_IMPORT[folder]?.includes(folderOf(target)))
        .map((target) => `${name} imports ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('leave the embedded cloud to the commands that run it', () => {
    const wrong = files.filter(
      ({ name, imports }) =>
        folderOf(name) !== 'emulator' &&
        imports.some((target) => folderOf(target) === 'emulator') &&
        !MAY_START_CLOUD.some((pattern) => pattern.test(name)),
    )
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  it('lie in rooms: no folder of more files than one can read at a glance', async () => {
    const inside = await Promise.all(
      ['src', 'test', 'scripts', 'bench', 'docs'].map(async (folder) => {
        const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
        return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, entry.parentPath))
      }),
    )
    const folders = Map.groupBy(inside.flat(), (name) => name)
    const full = [...folders].filter(([, files]) => files.length > FILES_A_FOLDER).map(([name]) => name)
    expect(full.filter((name) => !(name in LISTS) && !RECORDED.test(name))).toEqual([])
    // A list that has become short needs no exception.
    expect(Object.keys(LISTS).filter((name) => !full.includes(name))).toEqual([])
  })

  it('hold one idea a file: up to 250 lines, or a reason at the head', () => {
    const long = files.filter(({ name, text }) => !name.endsWith('.gen.ts') && text.split('\n').length > 251)
    const bare = long.filter(({ text }) => !/More than 250 lines: \w/.test(text.slice(0, 2000)))
    expect(bare.map(({ name }) => name)).toEqual([])
  })

  it('name no module outside of modules: what is true of one stands on it', () => {
    // Names that are words of other things too (`file`, `user`) show only where a task's module is compared.
    const names = Object.keys(MODULES).filter((name) => name.includes('_') || name === 'debug')
    const quoted = new RegExp(`'(?:${names.join('|')})'|\\bmodule(?:\\.name)? [!=]== '`)
    expect(quoted.test("task.module === 'template'")).toBe(true)
    expect(quoted.test("['iam_role']")).toBe(true)
    expect(quoted.test("module === 'debug'")).toBe(true)
    const wrong = files.filter(
      ({ name, text }) => KNOW_NO_MODULE.includes(folderOf(name)) && quoted.test(text),
    )
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  it('hand no text built from parts to a shell of the controller', () => {
    const pattern =
      /(?<![.\w])(?:exec|execSync|spawn|spawnSync)\(\s*(?:`[^`]*\$\{|['"][^'"]*['"]\s*\+)|\bshell:\s*true\b/
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text that the pattern must find
    expect(pattern.test('exec(`rm ${name}`)')).toBe(true)
    expect(pattern.test("execSync('rm ' + name)")).toBe(true)
    expect(pattern.test("spawn('ls', { shell: true })")).toBe(true)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text that the pattern must leave alone
    expect(pattern.test('pattern.exec(`${a}`)')).toBe(false)
    expect(files.filter(({ text }) => pattern.test(text)).map(({ name }) => name)).toEqual([])
  })

  it('name the step of a script that failed, and tell what a host said of it, in one way', () => {
    const own = files.filter(({ text }) => text.includes('\\0fail\\0'))
    expect(own.map(({ name }) => name)).toEqual(['shell/failed-step.ts'])
    // Messages take `saidOn` and `reasonOf`, which bound and escape.
    const raw = files.filter(
      ({ name, text }) => /^(?:modules|probes)\//.test(name) && /\bstderr\.toString\(/.test(text),
    )
    expect(raw.map(({ name }) => name)).toEqual([])
  })

  it('build shell text for hosts with `sh` alone', () => {
    const makers = files.filter(({ text }) => /\bnew ShellText\(/.test(text))
    expect(makers.map(({ name }) => name)).toEqual(['shell/sh.ts'])
  })

  it('write on hosts through a held directory, or where root alone may write, and say which', () => {
    const program = '(?:chown|chmod|mv|cp|ln|rm|rmdir|mkdir|mkfifo|touch|tee|truncate|mktemp)'
    const pattern = new RegExp(`(?:^|[\\s;(|{\`'"])${program} (?:-|["'$./])`, 'm')
    expect(pattern.test('sh`LC_ALL=C chmod -- "$m_f"`')).toBe(true)
    expect(pattern.test('sh`( umask 077; mkdir "$m_d" )`')).toBe(true)
    expect(pattern.test('the mv of this host')).toBe(false)
    const doors = ['modules/files/enter.ts', 'modules/files/root-only.ts']
    const into = /(?<![<>&\d=-])>>? ?(?:"\.?\/?\$|\$\{|\.\/|\/(?!dev\/))/
    expect(into.test('sh`printf x >"$m_f"`')).toBe(true)
    expect(into.test('sh`: >/dev/null 2>&1`')).toBe(false)
    const code = (text: string) =>
      text.replaceAll(/^\s*(?:\/?\*|\/\/).*$|^\s*(?:hint|message|doc|summary): .*$/gm, '')
    const writers = files.filter(
      ({ name, text }) =>
        /^(?:modules|probes)\//.test(name) && (pattern.test(code(text)) || into.test(code(text))),
    )
    expect(writers.length).toBeGreaterThan(15)
    const bare = writers.filter(
      ({ name, imports }) => !doors.includes(name) && !imports.some((one) => doors.includes(one)),
    )
    expect(bare.map(({ name }) => name).sort()).toEqual(Object.keys(WRITES_BY_NAME).sort())
  })

  it('make text of Secrets at the doors that are listed, and nowhere else', () => {
    const opens = /\brevealText\(|\.reveal\(\)/
    expect(opens.test('text.revealText()')).toBe(true)
    const found = files.filter(({ text }) => opens.test(text)).map(({ name }) => name)
    expect(found.sort()).toEqual(Object.values(SECRET_DOORS).flat().sort())
  })
})
