import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runFromWords } from '../../../src/cli/run-command.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'
import { InputError } from '../../../src/values/problem.ts'
import { sha256, workFolder } from '../../artifacts/lab.ts'
import { releaseServer } from '../../artifacts/release-server.ts'

/** artifacts.yaml with two products; the second has packages in two forms. */
const PINS = `tool:
  version: 1.2
  files:
    - { for: linux/amd64, url: "https://example.com/tool-{version}.tar.gz", sha256: ${sha256('tool amd64')} }
    - { for: linux/arm64, url: "https://example.com/tool-{version}-arm.tar.gz", sha256: ${sha256('tool arm64')} }
agent:
  version: 3.0
  files:
    - { for: linux/amd64, url: "https://example.com/agent.deb", sha256: ${sha256('a deb')}, package_version: "{version}-1" }
    - { for: linux/amd64, url: "https://example.com/agent.rpm", sha256: ${sha256('an rpm')} }
unlocked:
  version: 1
  files:
    - for: linux/amd64
      url: https://example.com/unlocked.deb
`

const FILES = {
  'artifacts.yaml': PINS,
  'artifacts/tool/1.2/linux-amd64/tool-1.2.tar.gz': 'tool amd64',
  'artifacts/tool/1.2/linux-arm64/tool-1.2-arm.tar.gz': 'tool arm64',
  'artifacts/agent/3.0/linux-amd64/agent.deb': 'a deb',
  'artifacts/agent/3.0/linux-amd64/agent.rpm': 'an rpm',
  'artifacts/unlocked/1/linux-amd64/unlocked.deb': 'whatever',
}

interface Setting {
  /** The tasks of the play, as YAML. */
  readonly tasks: string
  /** Host and its variables, as YAML; one host without. */
  readonly hosts?: Readonly<Record<string, string>>
  readonly vars?: string
  readonly extra?: string
  readonly files?: Readonly<Record<string, string>>
}

/** Runs a playbook in playbooks/ of a folder, on hosts that are this machine. */
async function run({ tasks, hosts = { one: '' }, vars = '{}', extra, files = {} }: Setting) {
  const folder = workFolder()
  const all = {
    ...FILES,
    'inventory.yaml': `all:\n  vars: { artifacts_file: ../artifacts.yaml, out: ${folder}/out }\n  hosts:\n${Object.entries(
      hosts,
    )
      .map(([name, variables]) => `    ${name}: { ${variables} }`)
      .join('\n')}\n`,
    'playbooks/play.yaml': `- hosts: all\n  gather_facts: false\n  vars: ${vars}\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`,
    ...files,
  }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  mkdirSync(join(folder, 'out'))
  const events: RunEvent[] = []
  const words = {
    inventory: [join(folder, 'inventory.yaml')],
    connection: 'local' as const,
    forks: 1,
    ...(extra === undefined ? {} : { extraVars: [extra] }),
  }
  let problems: string[] = []
  try {
    await runFromWords('apply', join(folder, 'playbooks/play.yaml'), words, (event) => events.push(event))
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    problems = error.message.replaceAll(`${folder}/`, '').split('\n')
  }
  return {
    folder,
    problems,
    /** Nothing was emitted: no connection was made. */
    started: events.length > 0,
    out: (name: string) => {
      const path = join(folder, 'out', name)
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined
    },
    /** All that tasks left in `out`. */
    left: () => readdirSync(join(folder, 'out')),
    failures: events.flatMap((event) =>
      event.type === 'task' && event.status === 'failed' ? [event.message ?? ''] : [],
    ),
  }
}

const SEND = '- copy: { src: "{{ artifacts.tool.path }}", dest: "{{ out }}/{{ inventory_hostname }}" }'
const SAY = (what: string) => `- copy: { content: "{{ ${what} }}", dest: "{{ out }}/said" }`

describe('artifacts_file', () => {
  test('gives each host the file for its architecture', async () => {
    const done = await run({ tasks: SEND, hosts: { one: '', two: 'muster_arch: arm64' } })
    expect(done.problems).toEqual([])
    expect([done.out('one'), done.out('two')]).toEqual(['tool amd64', 'tool arm64'])
  })

  test('gives path, version, checksum, platform and address; a package the version it has itself', async () => {
    const done = await run({ tasks: SAY('artifacts.agent | to_json'), vars: '{artifacts_needed: [agent]}' })
    expect(done.problems).toEqual([])
    expect(JSON.parse(done.out('said') ?? '')).toEqual({
      path: join(done.folder, 'artifacts/agent/3.0/linux-amd64/agent.deb'),
      version: '3.0-1',
      platform: 'linux',
      arch: 'amd64',
      url: 'https://example.com/agent.deb',
      delivery: 'push',
      sha256: sha256('a deb'),
    })
    const rpm = await run({ tasks: SAY('artifacts.agent.version'), vars: '{muster_package_form: rpm}' })
    expect(rpm.out('said')).toBe('3.0')
  })

  test('takes the folder that is named', async () => {
    const done = await run({
      tasks: SEND,
      vars: '{artifacts_folder: ../store}',
      files: { 'store/tool/1.2/linux-amd64/tool-1.2.tar.gz': 'tool amd64' },
    })
    expect([done.problems, done.out('one')]).toEqual([[], 'tool amd64'])
  })

  test('leaves what is written in artifacts on top, wherever it is written', async () => {
    const own = `{tool: {path: ../own, version: 9, sha256: ${sha256('mine')}}}`
    for (const where of [
      { vars: `{artifacts: ${own}}` },
      {
        extra: `{"artifacts": ${JSON.stringify({ tool: { path: '../own', version: 9, sha256: sha256('mine') } })}}`,
      },
    ]) {
      const done = await run({
        tasks: `${SEND}\n${SAY('artifacts.tool.version ~ artifacts.agent.version')}`,
        files: { own: 'mine' },
        ...where,
      })
      expect([done.problems, done.out('one'), done.out('said')]).toEqual([[], 'mine', '93.0-1'])
    }
  })
})

describe('before the first connection', () => {
  test('a wrong or missing file, and a checksum that is not locked, stop everything', async () => {
    const done = await run({
      tasks: `${SEND}\n${SAY('artifacts.agent.path ~ artifacts.unlocked.path')}`,
      hosts: {
        one: '',
        two: 'muster_arch: arm64, muster_package_form: rpm',
        three: 'muster_package_form: rpm',
      },
      files: {
        'artifacts/tool/1.2/linux-amd64/tool-1.2.tar.gz': 'tampered',
        'artifacts/agent/3.0/linux-amd64/agent.deb': '',
      },
    })
    expect(done.started).toBe(false)
    expect(done.problems).toMatchInlineSnapshot(`
      [
        "artifacts.yaml:9:7: artifact 'agent': artifacts/agent/3.0/linux-amd64/agent.deb has sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, not c93a6e1044b5d6a4f2da0ff48efd655b85c7f9368cb57cd4d67f0d2348f0b04e",
        "  hint: it is another version, or was damaged or replaced: fetch it again and compare with upstream",
        "artifacts.yaml:4:7: artifact 'tool': artifacts/tool/1.2/linux-amd64/tool-1.2.tar.gz has sha256 d121be3103007b41edf96f8262925f8c7d61894afe9a041843b631f69445bc57, not f8dab41cf90f85e58cdceeff41866861c0c52ba5b5de5660367f682422fa8ced",
        "  hint: it is another version, or was damaged or replaced: fetch it again and compare with upstream",
        "artifacts.yaml:14:7: no sha256 is locked for artifact 'unlocked'",
        "  hint: muster artifacts fetch unlocked",
        "artifacts.yaml: there is no file of agent for linux/arm64",
        "  hint: there are files for linux/amd64",
        "artifacts.yaml: there is no file of unlocked for linux/arm64",
        "  hint: there are files for linux/amd64",
      ]
    `)
  })

  test('what is for another platform need not be there: tasks, includes and handlers whose condition says so', async () => {
    const windows = `
wintool:
  version: 7
  files:
    - { for: windows/amd64, url: "https://example.com/wintool.exe", sha256: ${sha256('a program')}, authenticode: Someone }
`
    const setting = {
      tasks: `${SEND}\n  when: muster_platform | default('linux') != 'windows'\n- include_tasks: windows.yaml\n  when: muster_platform | default('linux') == 'windows'`,
      hosts: { one: '', two: 'muster_platform: windows' },
      files: {
        'artifacts.yaml': `${PINS}${windows}`,
        'artifacts/wintool/7/windows-amd64/wintool.exe': 'a program',
        'playbooks/windows.yaml': `- copy: { content: "{{ artifacts.wintool.signer }} {{ artifacts.wintool.version }}", dest: "{{ out }}/{{ inventory_hostname }}" }`,
      },
    }
    const done = await run(setting)
    expect(done.problems).toEqual([])
    expect([done.out('one'), done.out('two')]).toEqual(['tool amd64', 'Someone 7'])
    // What is used without such a condition has to be there for every host.
    const both = await run({ ...setting, tasks: SEND })
    expect(both.problems).toEqual([
      'artifacts.yaml: there is no file of tool for windows/amd64',
      '  hint: there are files for linux/amd64, linux/arm64',
    ])
  })

  test('what no template uses need not be there', async () => {
    const done = await run({ tasks: SEND, files: { 'artifacts/agent/3.0/linux-amd64/agent.deb': 'wrong' } })
    expect([done.problems, done.out('one')]).toEqual([[], 'tool amd64'])
  })

  test.each([
    [
      'a variable',
      SAY('home'),
      { vars: '{home: "/opt/{{ version }}", version: "{{ artifacts.unlocked.version }}"}' },
    ],
    ['a variable of the host', SAY('home'), { hosts: { one: 'home: "{{ artifacts.unlocked.path }}"' } }],
    ['a condition', '- debug: { msg: x }\n  when: artifacts.unlocked.version == "1"', {}],
    ['a loop', '- debug: { msg: "{{ item }}" }\n  loop: ["{{ artifacts.unlocked.path }}"]', {}],
    ['an assertion', '- assert: { that: artifacts.unlocked.version == "1" }', {}],
    [
      'a template file',
      '- template: { src: x.j2, dest: "{{ out }}/x" }',
      { files: { 'playbooks/templates/x.j2': '{{ artifacts.unlocked.path }}' } },
    ],
  ])('%s counts as use', async (_, tasks, more) => {
    const done = await run({ tasks, ...more })
    expect(done.problems[0]).toMatch(/no sha256 is locked for artifact 'unlocked'/)
    expect(done.started).toBe(false)
  })

  test('a name that is not in artifacts.yaml is refused, unless it may be missing', async () => {
    const typo = await run({ tasks: SAY('artifacts.tol.path') })
    expect(typo.problems).toEqual([
      expect.stringMatching(/^playbooks\/play\.yaml:5:\d+: artifacts\.yaml has no product 'tol'$/),
      '  hint: did you mean "tool"?',
    ])
    const optional = await run({
      tasks: SAY("artifacts.extra.path if artifacts.extra is defined else 'none'"),
    })
    expect([optional.problems, optional.out('said')]).toEqual([[], 'none'])
  })

  test('a name that a template makes must be listed', async () => {
    const tasks = `- copy: { src: "{{ artifacts[which].path }}", dest: "{{ out }}/one" }`
    const open = await run({ tasks, vars: '{which: tool}' })
    expect(open.problems).toEqual([
      expect.stringMatching(
        /^playbooks\/play\.yaml:5:\d+: which artifacts are used here does not show before the run$/,
      ),
      '  hint: name them in the variable artifacts_needed: [prometheus, ...]',
    ])
    const listed = await run({ tasks, vars: '{which: tool, artifacts_needed: [tool]}' })
    expect([listed.problems, listed.out('one')]).toEqual([[], 'tool amd64'])
    const another = await run({ tasks, vars: '{which: agent, artifacts_needed: [tool]}' })
    expect(another.failures).toEqual([
      expect.stringMatching(/artifact 'agent' was not checked before the run.*artifacts_needed/),
    ])
  })

  test('settings that mean nothing are refused with what is known', async () => {
    const done = await run({
      tasks: SEND,
      hosts: { one: 'muster_arch: x86_64, muster_platform: linx, artifacts_needed: tool' },
    })
    expect(done.problems).toEqual([
      expect.stringContaining("muster_platform of one is 'linx'"),
      '  hint: did you mean "linux"?',
      expect.stringContaining("muster_arch of one is 'x86_64'"),
      '  hint: known: amd64, arm64',
      expect.stringContaining('artifacts_needed of one must be a list of names'),
    ])
    const missing = await run({ tasks: SEND, vars: '{artifacts_file: ../nowhere.yaml}' })
    expect(missing.problems[0]).toMatch(/^nowhere\.yaml: cannot be read: no such file/)
  })
})

test('a file that changes after it was checked is not sent', async () => {
  const tasks = [
    '- command: { cmd: "cp {{ out }}/../other {{ artifacts.tool.path }}" }\n  register: copied',
    '- copy: { src: "{{ artifacts.tool.path }}", dest: "{{ out }}/one" }\n  when: copied.rc == 0',
  ].join('\n')
  const done = await run({ tasks, files: { other: 'another file of another length' } })
  expect(done.failures).toEqual([
    expect.stringMatching(/tool-1\.2\.tar\.gz was changed after it was checked/),
  ])
  expect(done.out('one')).toBeUndefined()
})

describe('delivery: url', () => {
  const tasks = '- copy: { src: "{{ artifacts.tool.path }}", dest: "{{ out }}/one", mode: "0640" }'
  // Small files travel in the script itself.
  const mine = 'mine '.repeat(100_000)
  const own = (url: string) =>
    `{artifacts: {tool: {path: ../own, sha256: ${sha256(mine)}, url: "${url}", delivery: url}}}`
  const files = { own: mine }

  test('has the host fetch the file, and nothing else may come from there', async () => {
    const server = await releaseServer({ '/own': mine })
    const done = await run({ tasks, vars: own(`${server.url}/own`), files })
    expect([done.problems, done.failures, done.out('one')]).toEqual([[], [], mine])
    expect(server.asked).toEqual(['/own'])
    server.answers['/own'] = 'other'
    const wrong = await run({ tasks, vars: own(`${server.url}/own`), files })
    expect(wrong.failures).toEqual([
      expect.stringMatching(new RegExp(`/own has sha256 ${sha256('other')}, not ${sha256(mine)}`)),
    ])
    expect(wrong.left()).toEqual([])
  })

  test('says when the host cannot fetch it, and leaves no part', async () => {
    const server = await releaseServer({})
    const done = await run({ tasks, vars: own(`${server.url}/own`), files })
    expect(done.failures).toEqual([
      expect.stringMatching(/this host cannot fetch http:.*\/own \(curl: exit status 22\)/),
    ])
    expect(done.left()).toEqual([])
  })

  test('may be written in artifacts.yaml, and is checked there and in artifacts', async () => {
    const server = await releaseServer({ '/tool-1.2.tar.gz': mine })
    const pins = PINS.replace('https://example.com', server.url)
      .replace(sha256('tool amd64'), sha256(mine))
      .replace('version: 1.2', 'version: 1.2\n  delivery: url')
    const done = await run({
      tasks,
      files: { 'artifacts.yaml': pins, 'artifacts/tool/1.2/linux-amd64/tool-1.2.tar.gz': mine },
    })
    expect([done.problems, done.failures, done.out('one'), server.asked]).toEqual([
      [],
      [],
      mine,
      ['/tool-1.2.tar.gz'],
    ])
    const typo = await run({
      tasks,
      files: { 'artifacts.yaml': pins.replace('delivery: url', 'delivery: pull') },
    })
    expect(typo.problems).toEqual(["artifacts.yaml:3:13: 'delivery' is 'pull'", '  hint: known: push, url'])
    for (const [url, word, message] of [
      ['ftp://example.com/x', 'url', /delivery: url and no address that hosts can fetch/],
      ['https://example.com/x', 'pull', /delivery of artifact 'tool' must be push or url/],
    ] as const) {
      const refused = await run({
        tasks,
        files,
        vars: own(url).replace('delivery: url', `delivery: ${word}`),
      })
      expect(refused.problems[0]).toMatch(message)
      expect(refused.started).toBe(false)
    }
  })
})

test("muster's own playbook needs these three of its own artifacts.yaml", async () => {
  const root = join(import.meta.dirname, '..', '..', '..')
  const folder = workFolder()
  const inventory = join(folder, 'inventory.yaml')
  // A copy, since somebody may have fetched and locked here.
  const pins = readFileSync(join(root, 'artifacts.yaml'), 'utf8').replace(/^ *sha256: .*\n/gm, '')
  writeFileSync(join(folder, 'artifacts.yaml'), pins)
  writeFileSync(
    inventory,
    `all: { vars: { artifacts_file: ${folder}/artifacts.yaml, muster_region: eu-central-1 }, hosts: { web01: } }\n`,
  )
  const words = { inventory: [inventory], connection: 'local' as const }
  const refused = await runFromWords('plan', join(root, 'playbooks/site.yaml'), words, () => {}).catch(
    (error: unknown) => error,
  )
  expect(refused).toBeInstanceOf(InputError)
  expect((refused as InputError).problems.map(({ message }) => message)).toEqual([
    "no sha256 is locked for artifact 'amazon-ssm-agent'",
    "no sha256 is locked for artifact 'node_exporter'",
    "no sha256 is locked for artifact 'prometheus'",
  ])
})
