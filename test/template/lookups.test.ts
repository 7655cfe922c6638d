import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { templateHome } from '../../src/run/scope/template-home.ts'
import type { FetchRequest, TemplateHome } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import type { Lookup } from '../../src/template/lookups/define.ts'
import { findLookup, lookupNames } from '../../src/template/lookups/index.ts'
import { Secret } from '../../src/values/secret.ts'
import { dict, type Value } from '../../src/values/value.ts'
import { failure, shown } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'muster-lookups-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

/** The value of an expression in the folder of this test. */
function value(
  expression: string,
  variables: Record<string, Value> = {},
  more: Partial<TemplateHome> = {},
): Value {
  const scope = {
    lookup: (name: string) => variables[name],
    names: () => Object.keys(variables),
  }
  return createEngine(scope, { ...templateHome(folder), ...more }).expression(expression)
}

function refusal(expression: string, more: Partial<TemplateHome> = {}): string {
  return failure(() => value(expression, {}, more)).message
}

describe('template', () => {
  test('gives native values, evaluated with its own variables', () => {
    file('templates/list.j2', '{{ p }}')
    expect(value("lookup('template', 'list.j2')", { p: [1, 2] })).toEqual([1, 2])
    expect(value("lookup('template', 'list.j2', template_vars={'p': [q]})", { p: 1, q: 3 })).toEqual([3])
    expect(value("lookup('template', 'list.j2') | default('d')")).toBe('d')
    expect(value("query('template', 'list.j2', 'list.j2')", { p: 'x' })).toEqual(['x', 'x'])
  })

  test('knows where it is', () => {
    file(
      'templates/about.j2',
      '{{ template_path }} {{ template_fullpath }} {{ ansible_managed }} {{ template_destpath }}',
    )
    expect(value("lookup('template', 'about.j2')")).toBe(
      `about.j2 ${join(folder, 'templates/about.j2')} Ansible managed `,
    )
    expect(value("lookup('template', 'about.j2')", { ansible_managed: 'by us' })).toContain('by us')
    expect(value('ansible_managed | default("unset")')).toBe('unset')
  })

  test('includes what lies beside it, and beside the file that includes', () => {
    file('templates/deep/main.j2', "{% include 'part.j2' %}{% include 'other/inner.j2' %}")
    file('templates/deep/part.j2', 'part ')
    file('templates/other/inner.j2', "inner {% include 'leaf.j2' %}")
    file('templates/other/leaf.j2', 'leaf')
    expect(value("lookup('template', 'deep/main.j2')")).toBe('part inner leaf')
  })

  test('keeps the line ends of a file without marks', () => {
    file('templates/plain.j2', 'a\r\nb\r\n')
    file('templates/marked.j2', 'a\r\n{{ 1 }}\r\n')
    expect(value("lookup('template', 'plain.j2')")).toBe('a\r\nb\r\n')
    expect(value("lookup('template', 'marked.j2')")).toBe('a\n1\n')
  })
})

describe('every option of every lookup has an effect or is refused by name', () => {
  const AGENT = ['User-Agent', 'ansible-httpget']
  const basic = (text: string) => ['Authorization', `Basic ${Buffer.from(text).toString('base64')}`]
  const asked = (options: string, name: string) =>
    `(lookup('url', 'http://x/', ${options}) | from_json).${name}`
  const fetch = (request: FetchRequest) => ({
    status: 200,
    body: request.url.endsWith('/lines') ? 'a\nb\n' : JSON.stringify(request),
  })
  const plain = "lookup('NAME', 'TERM', OPTION=VALUE)"
  const EFFECTS: Readonly<Record<string, Readonly<Record<string, readonly [string, Value]>>>> = {
    env: { default: ["lookup('env', 'MUSTER_NOT_SET', default='d')", 'd'] },
    vars: { default: ["lookup('vars', 'nope', default='d')", 'd'] },
    file: {
      lstrip: ["lookup('file', 'blank.txt', lstrip=true)", 'a'],
      rstrip: ["lookup('file', 'blank.txt', rstrip=false)", ' a\n'],
    },
    first_found: {
      files: ["lookup('first_found', files=['no', 'files/blank.txt']) | basename", 'blank.txt'],
      paths: ["lookup('first_found', 'inside.txt', paths=['files/sub']) | basename", 'inside.txt'],
      skip: ["lookup('first_found', 'nope', skip=true)", []],
    },
    sequence: {
      start: ["lookup('sequence', start=2, end=3)", '2,3'],
      end: ["lookup('sequence', end=2)", '1,2'],
      count: ["lookup('sequence', count=2)", '1,2'],
      stride: ["lookup('sequence', end=3, stride=2)", '1,3'],
      format: ["lookup('sequence', end=1, format='h%02d')", 'h01'],
    },
    csvfile: {
      col: ["lookup('csvfile', 'k', file='t.tsv', col=2)", 'w'],
      keycol: ["lookup('csvfile', 'v', file='t.tsv', keycol=1, col=0)", 'k'],
      default: ["lookup('csvfile', 'nope', file='t.tsv', default='d')", 'd'],
      delimiter: ["lookup('csvfile', 'k', file='t.csv', delimiter=',')", 'a "b", c'],
      file: ["lookup('csvfile', 'k', file='t.tsv')", 'v'],
      encoding: ["lookup('csvfile', 'k', file='latin.tsv', encoding='latin-1')", 'é'],
    },
    ini: {
      type: ["lookup('ini', 'p', file='t.properties', type='properties')", '1'],
      file: ["lookup('ini', 'user', section='db', file='t.ini')", 'x y'],
      section: ["lookup('ini', 'user', section='other', file='t.ini')", 'z'],
      re: ["query('ini', '^h[12]', section='db', file='t.ini', re=true)", ['one', 'two']],
      encoding: ["lookup('ini', 'u', section='s', file='latin.ini', encoding='latin-1')", 'é'],
      default: ["lookup('ini', 'nope', section='db', file='t.ini', default='d')", 'd'],
      case_sensitive: ["lookup('ini', 'USER', section='db', file='t.ini', case_sensitive=true)", ''],
      allow_no_value: ["query('ini', 'alone', section='s', file='alone.ini', allow_no_value=true)", []],
      allow_none: ["query('ini', 'alone', section='s', file='alone.ini', allow_none=true)", []],
      interpolation: ["lookup('ini', 'both', section='db', file='t.ini', interpolation=false)", '%(user)s!'],
    },
    password: {
      length: ["lookup('password', '/dev/null', length=5) | length", 5],
      chars: ["lookup('password', '/dev/null', chars=['a'], length=3)", 'aaa'],
      seed: ["lookup('password', '/dev/null', seed='s') == lookup('password', '/dev/null', seed='s')", true],
      // A hash takes a second; it is looked at below.
      encrypt: ["lookup('password', '/dev/null', encrypt='no_such_hash', errors='ignore')", null],
    },
    template: {
      template_vars: ["lookup('template', 'v.j2', template_vars={'v': 1})", 1],
      variable_start_string: [
        "lookup('template', 'm.j2', variable_start_string='[[', variable_end_string=']]')",
        2,
      ],
      variable_end_string: ["lookup('template', 'e.j2', variable_end_string=']]')", 2],
      comment_start_string: [
        "lookup('template', 'c.j2', comment_start_string='[#', comment_end_string='#]')",
        'a',
      ],
      comment_end_string: ["lookup('template', 'ce.j2', comment_end_string='#]')", 'a'],
      trim_blocks: ["lookup('template', 'b.j2', trim_blocks=false)", '\nx'],
      // These two say what is so anyway; their opposites are refused.
      convert_data: ["lookup('template', 'v.j2', template_vars={'v': '[1]'}, convert_data=false)", '[1]'],
      jinja2_native: ["lookup('template', 'v.j2', template_vars={'v': 1}, jinja2_native=true)", 1],
    },
    config: { on_missing: ["lookup('config', 'NOPE', on_missing='skip')", []] },
    // What is asked for stands in the answer; that it is done so is for test/run/scope/controller-programs.test.ts.
    url: {
      validate_certs: [asked('validate_certs=false', 'validateCertificates'), false],
      split_lines: ["query('url', 'http://x/lines', split_lines=false)", ['a\nb\n']],
      use_proxy: [asked('use_proxy=false', 'useProxy'), false],
      username: [asked("username='u', password='p'", 'headers'), [AGENT, basic('u:p')]],
      password: [asked("username='u', password='p'", 'headers'), [AGENT, basic('u:p')]],
      headers: [asked("headers={'X-A': 'b'}", 'headers'), [AGENT, ['X-A', 'b']]],
      force: [asked('force=true', 'headers'), [AGENT, ['Cache-Control', 'no-cache']]],
      timeout: [asked('timeout=3', 'seconds'), 3],
      http_agent: [asked("http_agent='me'", 'headers'), [['User-Agent', 'me']]],
      follow_redirects: [asked("follow_redirects='none'", 'followRedirects'), false],
      ca_path: [asked("ca_path='/ca.pem'", 'certificates'), '/ca.pem'],
      // These two say what is so anyway.
      force_basic_auth: [asked("username='u', force_basic_auth=true", 'headers'), [AGENT, basic('u:')]],
      use_netrc: [asked('use_netrc=false', 'useProxy'), true],
    },
  }
  /** Options whose only value that is taken says what is so without them, or which are left to a refusal. */
  const SAYS_WHAT_IS_SO: readonly string[] = [
    ...['template.convert_data', 'template.jinja2_native', 'url.force_basic_auth', 'url.use_netrc'],
  ]

  file('files/blank.txt', ' a\n')
  file('files/sub/inside.txt', '1')
  file('files/t.tsv', 'k\tv\tw\n')
  file('files/t.csv', 'x,y\nk,"a ""b"", c"\n')
  file(
    'files/t.ini',
    '[DEFAULT]\nboth=%(user)s!\n[db]\nuser=x\n  y\nh1=one\nh2: two\n# no=1\n[other]\nuser=z\n'.replace(
      'x\n  y',
      'x y',
    ),
  )
  file('files/t.properties', 'p=1\n')
  file('files/alone.ini', '[s]\nalone\n')
  writeFileSync(join(folder, 'files/latin.tsv'), Buffer.from('k\té\n', 'latin1'))
  writeFileSync(join(folder, 'files/latin.ini'), Buffer.from('[s]\nu=é\n', 'latin1'))
  file('templates/v.j2', '{{ v }}')
  file('templates/m.j2', '[[ 1 + 1 ]]')
  file('templates/e.j2', '{{ 1 + 1 ]]')
  file('templates/c.j2', 'a[# x #]')
  file('templates/ce.j2', 'a{# x #]')
  file('templates/b.j2', '{% if true %}\nx{% endif %}')

  const found = (expression: string) => {
    const got = value(expression, {}, { fetch })
    return got instanceof Secret ? got.reveal() : got
  }
  /** What comes of it when the lookup is not told of the option. */
  const foundWithout = (expression: string, plugin: Lookup, option: string) => {
    const { run } = plugin
    const deaf = vi
      .spyOn(plugin, 'run')
      .mockImplementation((terms, options, evaluation) =>
        run.call(plugin, terms, new Map([...options].filter(([name]) => name !== option)), evaluation),
      )
    try {
      return found(expression)
    } catch (error) {
      return error
    } finally {
      deaf.mockRestore()
    }
  }

  test('the table is of lookups that are there', () => {
    expect(Object.keys(EFFECTS).filter((name) => !lookupNames().includes(name))).toEqual([])
  })

  test.each(lookupNames())('%s', (name) => {
    const plugin = findLookup(name)!
    const effects = EFFECTS[name] ?? {}
    expect(Object.keys(effects).sort()).toEqual([...plugin.options].sort())
    for (const [option, [expression, expected]] of Object.entries(effects)) {
      expect(found(expression), expression).toEqual(expected)
      const without = foundWithout(expression, plugin, option)
      if (SAYS_WHAT_IS_SO.includes(`${name}.${option}`)) expect(without, expression).toEqual(expected)
      else expect(without, `${expression} without ${option}`).not.toEqual(expected)
    }
    for (const option of [...Object.keys(plugin.refused ?? {}), 'nonsense']) {
      const call = plain
        .replace('NAME', name)
        .replace('TERM', 'x')
        .replace('OPTION', option)
        .replace('VALUE', '1')
      expect(refusal(call), call).toMatch(new RegExp(`option '${option}'`))
    }
  })

  // Options in terms: of first_found in dicts, of subelements in a third term, of others in the old form.
  test.each([
    ["lookup('first_found', {'files': ['no'], 'skp': true})", "option 'skp'"],
    ["lookup('subelements', [{'a': [1]}], 'a', {'skip_mising': true})", 'flags skip_missing'],
    ["lookup('subelements', [{'a': [1]}], 'a', true)", 'flags skip_missing'],
    ["lookup('subelements', [{'a': [1]}], 'a', {}, 1)", 'takes two terms'],
    ["lookup('csvfile', 'k fil=t.csv')", "'fil' is not a valid option"],
    ["lookup('ini', 'k secton=s')", "'secton' is not a valid option"],
    ["lookup('password', '/dev/null lenght=3')", "'lenght' is not a valid option"],
    ["lookup('sequence', 'end=3 strid=2')", "no argument 'strid'"],
  ])('%s is refused by name', (call, why) => {
    expect(refusal(call)).toContain(why)
  })

  test('options in terms are obeyed', () => {
    expect(value("query('subelements', [{'b': 1}], 'a', {'skip_missing': true})")).toEqual([])
    expect(refusal("query('subelements', [{'b': 1}], 'a', {'skip_missing': false})")).toContain("'a' key")
    expect(value("lookup('first_found', {'files': ['no'], 'skip': true})")).toEqual([])
    expect(value("lookup('first_found', {'files': 'inside.txt', 'paths': 'files/sub'}) | basename")).toBe(
      'inside.txt',
    )
  })

  test.each([
    "lookup('template', 'v.j2', convert_data=true)",
    "lookup('template', 'v.j2', jinja2_native=false)",
    "lookup('url', 'http://x/', use_netrc=true)",
  ])('%s is refused', (call) => {
    expect(refusal(call, { fetch })).toContain('is not supported')
  })
})

describe('password', () => {
  test('makes a file once, for its owner only, and reads it ever after', () => {
    const first = value("lookup('password', 'secrets/pw')") as Secret
    expect(first).toBeInstanceOf(Secret)
    expect(first.revealText()).toHaveLength(20)
    expect(readFileSync(join(folder, 'secrets/pw'), 'utf8')).toBe(`${first.revealText()}\n`)
    expect(statSync(join(folder, 'secrets/pw')).mode & 0o777).toBe(0o600)
    expect((value("lookup('password', 'secrets/pw length=3')") as Secret).reveal()).toBe(first.reveal())
  })

  // A hash takes a second or two of one core, hence only one.
  test('keeps the salt of what it hashes', { timeout: 120_000 }, () => {
    file('secrets/salted', 'plain salt=saltsalt\n')
    const hash = value("lookup('password', 'secrets/salted', encrypt='sha256_crypt')") as Secret
    expect(hash.reveal()).toMatch(/^\$5\$rounds=535000\$saltsalt\$/)
    expect((value("lookup('password', 'secrets/salted')") as Secret).reveal()).toBe('plain')
  })
})

describe('what is encrypted', () => {
  const VAULT = '$ANSIBLE_VAULT;1.1;AES256\n6162\n'
  const SOPS = 'password: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops:\n    version: 3.9.0\n'
  file('files/vaulted', VAULT)
  file('files/sops.yaml', SOPS)
  file('files/sops.json', '{\n\t"a": "ENC[AES256_GCM,data:x]",\n\t"sops": {}\n}')
  file('files/sops.env', 'A=ENC[AES256_GCM,data:x]\nsops_version=3.9.0\n')
  file('templates/vaulted.j2', VAULT)
  file('templates/includes.j2', "a {% include 'vaulted.j2' %}")
  file('templates/imports.j2', "{% import 'vaulted.j2' as v %}{{ v.x }}")

  test.each([
    "lookup('file', 'vaulted')",
    "lookup('unvault', 'vaulted')",
    "lookup('csvfile', 'k', file='vaulted')",
    "lookup('ini', 'k', section='s', file='vaulted')",
    "lookup('password', 'files/vaulted')",
    "lookup('template', 'vaulted.j2')",
    "lookup('template', 'includes.j2')",
    "lookup('file', 'sops.yaml')",
    "lookup('file', 'sops.json')",
    "lookup('file', 'sops.env')",
  ])('%s is refused and no ciphertext is shown', (expression) => {
    const { decrypt: _, ...closed } = templateHome(folder)
    const engine = createEngine({ lookup: () => undefined }, closed)
    // With the door that a run has, but no vault password, it is refused as well.
    for (const message of [failure(() => engine.expression(expression)).message, refusal(expression)]) {
      expect(message).toMatch(/encrypted with (Ansible Vault|SOPS)/)
      expect(message).not.toMatch(/6162|AES256/)
    }
  })

  test('is a secret where it can be opened, and all that is made of it', () => {
    const decrypt = () => new Secret('k\topened\n')
    for (const expression of [
      "lookup('file', 'vaulted')",
      "lookup('unvault', 'vaulted')",
      "lookup('csvfile', 'k', file='vaulted')",
      "lookup('template', 'vaulted.j2')",
      "lookup('template', 'includes.j2')",
      "'x ' ~ lookup('file', 'vaulted')",
    ]) {
      const result = value(expression, {}, { decrypt })
      expect(result, expression).toBeInstanceOf(Secret)
      expect((result as Secret).revealText()).toContain('opened')
      expect(shown(result)).not.toContain('opened')
    }
    expect(refusal("lookup('template', 'imports.j2')", { decrypt })).toContain('not imported or extended')
  })

  test('a whole template too', () => {
    const engine = (more: Partial<TemplateHome>) =>
      createEngine({ lookup: () => undefined }, { directory: folder, ...more })
    expect(failure(() => engine({}).renderFile(VAULT, 'a.j2')).message).toContain(
      'encrypted with Ansible Vault',
    )
    const opened = engine({ decrypt: () => new Secret('{{ 1 }} hidden') }).renderFile(VAULT, 'a.j2')
    expect(opened).toBeInstanceOf(Secret)
    expect((opened as Secret).reveal()).toBe('1 hidden')
  })

  test('text that only speaks of it is text', () => {
    file('files/about.md', 'A value begins with ENC[AES256_GCM, and a file with $ANSIBLE_VAULT;')
    expect(value("lookup('file', 'about.md')")).toContain('ENC[')
  })
})

describe('programs and settings of the controller', () => {
  test('are asked through doors, and told where there is none', () => {
    expect(value("lookup('pipe', 'pwd')")).toBe(folder)
    expect(value("query('lines', 'printf \"a\\nb\\n\"')")).toEqual(['a', 'b'])
    expect(refusal("lookup('pipe', 'echo why >&2; exit 3')")).toContain('returned 3: why')
    expect(value("lookup('pipe', 'exit 3', errors='ignore')")).toBeNull()
    const bare: TemplateHome = { directory: folder }
    const engine = createEngine({ lookup: () => undefined }, bare)
    expect(failure(() => engine.expression("lookup('pipe', 'true')")).message).toContain('cannot be run')
    expect(failure(() => engine.expression("lookup('url', 'http://x')")).message).toContain('can be fetched')
    expect(value("lookup('config', 'DEFAULT_FORKS')", {}, { setting: () => 5 })).toBe(5)
    expect(refusal("lookup('config', 'NOPE')")).toContain('NOPE')
  })

  test('a secret in a command is not shown when it fails', () => {
    const engine = createEngine({ lookup: () => new Secret('hush') }, templateHome(folder))
    expect(shown(failure(() => engine.expression("lookup('pipe', 'exit 1; ' ~ s)")))).not.toContain('hush')
  })
})

test('an undefined term or option makes the result undefined', () => {
  expect(value("lookup('file', nope) | default('d')")).toBe('d')
  expect(value("lookup('env', 'X', default=nope) | default('d')")).toBe('d')
})

test('dicts keep their order, together fills up, cartesian is nested', () => {
  expect(value("lookup('dict', d)", { d: dict({ b: 1 }) })).toEqual(dict({ key: 'b', value: 1 }))
  expect(value("query('cartesian', [1, 2], [3])")).toEqual([
    [1, 3],
    [2, 3],
  ])
  vi.stubEnv('MUSTER_SET', 'x')
  expect(value("lookup('env', 'MUSTER_SET')")).toBe('x')
  expect(existsSync(join(folder, 'secrets'))).toBe(true)
})
