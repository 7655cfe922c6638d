import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestHost } from '../hosts/index.ts'
import { Lab } from '../run/lab.ts'
import type { Ended, RunningMuster } from '../run/muster.ts'

const SECRETS = join(import.meta.dirname, '../run/chain/secrets.yaml')
/** Unlike anything else on a machine. */
const PASSWORD = 'sentinel-of-sudo-7261'
const TOKEN = 'sentinel-of-token-5903'
const HIDDEN = 'sentinel-of-no-log-3348'

let lab: Lab
let host: TestHost
let secretsFile: string
beforeAll(async () => {
  lab = await Lab.start(1, { password: PASSWORD, sudoAsks: true })
  host = lab.hosts[0] as TestHost
  secretsFile = join(lab.folder, 'secrets.yaml')
  await writeFile(secretsFile, `token: !secret ${TOKEN}\nhidden: ${HIDDEN}\n`)
  const ended = await lab.apply({ words: ['--ask-become-pass', '--tags', 'agent'], stdin: `${PASSWORD}\n` })
  expect(ended.code).toBe(0)
  // The one place where the code may be seen: the agent takes it as an argument. It tells the test what the code is.
  await host.sh(`mv /usr/bin/amazon-ssm-agent /usr/bin/amazon-ssm-agent.real
cat >/usr/bin/amazon-ssm-agent <<'PROGRAM'
#!/bin/sh
printf '%s\n' "$*" >>/run/agent-arguments
. /usr/bin/amazon-ssm-agent.real
PROGRAM
chmod 755 /usr/bin/amazon-ssm-agent`)
})
afterAll(() => lab.stop())

/** Command lines of the controller and of what it starts, again and again until it ends. */
async function watch(run: RunningMuster): Promise<string> {
  const seen = new Set<string>()
  let running = true
  void run.ended.then(() => {
    running = false
  })
  while (running) {
    for (const pid of await tree(run.pid))
      seen.add(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return [...seen].join('\n').replaceAll('\0', ' ')
}

async function tree(root: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const found = [root]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found
}

/** What a run shows to anyone: its output, the controller's command lines, those on the host. */
async function observe(
  output: readonly string[],
): Promise<{ ended: Ended; controller: string; hosts: string }> {
  await lab.unregister(host)
  await host.sh('rm -f /run/agent-arguments /run/stop /run/seen /root/token*')
  const sampling = host.sh(
    'until [ -e /run/stop ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; echo; sleep 0.02; done >/run/seen',
  )
  const run = await lab.start('apply', {
    playbook: SECRETS,
    output,
    words: ['--ask-become-pass', '-e', `secrets_file=${secretsFile}`],
    stdin: `${PASSWORD}\n`,
  })
  const controller = await watch(run)
  const ended = await run.ended
  await host.sh('touch /run/stop')
  await sampling
  return { ended, controller, hosts: await host.sh('cat /run/seen') }
}

describe.each([
  ['JSON lines', ['--json', '--diff', '-vv']],
  ['a log', ['--diff', '-vv']],
])('as %s', (_, output) => {
  test('no secret is shown or left behind', async () => {
    const { ended, controller, hosts } = await observe(output)
    expect(ended.stderr).toBe('')
    expect(ended.code).toBe(0)
    const code = /-code (\S+)/.exec(await host.sh('cat /run/agent-arguments'))?.[1] ?? ''
    expect(code.length).toBeGreaterThanOrEqual(20)
    const derived = [TOKEN.toUpperCase(), Buffer.from(TOKEN).toString('base64')]
    const secrets = [PASSWORD, TOKEN, HIDDEN, code, ...derived]

    // The run did what it was told with them.
    expect(await host.sh('cat /root/token /root/token.conf')).toBe(`token=${TOKEN}\npassword = ${TOKEN}\n`)
    expect(ended.stdout).toContain('********')

    const journals = await lab.journals()
    expect(journals).toContain('activation-created')
    expect(controller).toContain('muster.js apply')
    expect(hosts).toContain('/usr/sbin/sshd')
    for (const secret of secrets)
      for (const [where, text] of Object.entries({ stdout: ended.stdout, journals, controller }))
        expect(text.includes(secret), `${secret} in ${where}`).toBe(false)
    // Neither the password nor what is not an argument of a program on the host itself.
    expect(hosts.includes(PASSWORD), 'the password in a command line on the host').toBe(false)
    expect(
      hosts.split('\n').filter((line) => line.includes(code) && !line.includes('amazon-ssm-agent -register')),
    ).toEqual([])

    await host.sh('rm -f /run/seen /run/agent-arguments')
    for (const secret of secrets) {
      // grep's own command line does not hold it: the pattern comes from standard input.
      const { stdout } = await host.exec(
        `grep -rlsF -f - / --exclude-dir=proc --exclude-dir=sys <<'PATTERN'\n${secret}\nPATTERN`,
      )
      const belongs = secret === TOKEN ? ['/root/token', '/root/token.conf'] : []
      expect(
        stdout
          .split('\n')
          .filter((path) => path !== '')
          .sort(),
        secret,
      ).toEqual(belongs)
    }
    for (const entry of await readdir(lab.folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || path === secretsFile) continue
      const text = await readFile(path, 'latin1')
      for (const secret of secrets) expect(text.includes(secret), `${secret} in ${path}`).toBe(false)
    }
  })
})
