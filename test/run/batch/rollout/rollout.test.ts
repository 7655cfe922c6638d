import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runFromWords } from '../../../../src/cli/run-command.ts'
import type { RunEvent } from '../../../../src/run/record/events.ts'
import { InputError } from '../../../../src/values/problem.ts'

// Waves, budgets, gates and the way back. Hosts are this machine, each with a file of its own.

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-rollout-'))
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

interface Rollout {
  readonly hosts: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  readonly rollout: Readonly<Record<string, unknown>>
  readonly play?: Readonly<Record<string, unknown>>
  /** Plays before it. */
  readonly before?: readonly object[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly mode?: 'apply' | 'plan'
  readonly listen?: (event: RunEvent) => void
}

/** A change to each host's log, which hosts with `breaks` fail. */
const CHANGE = [
  { name: 'change', shell: `echo {{ inventory_hostname }} >> {{ log }}; {{ breaks | default('true') }}` },
]

async function roll({
  hosts,
  rollout,
  play = {},
  before = [],
  options = {},
  mode = 'apply',
  listen,
}: Rollout) {
  const inventory = join(folder, 'inventory.yaml')
  await writeFile(inventory, JSON.stringify({ all: { hosts, vars: { log: join(folder, 'log') } } }))
  const main = { name: 'Roll', hosts: 'all', gather_facts: false, rollout, tasks: CHANGE, ...play }
  await writeFile(join(folder, 'play.yaml'), JSON.stringify([...before, main]))
  const events: RunEvent[] = []
  const result = await runFromWords(
    mode,
    join(folder, 'play.yaml'),
    { inventory: [inventory], connection: 'local', forks: 1, ...options },
    (event) => {
      events.push(event)
      listen?.(event)
    },
  )
  const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '')
  return {
    ...result,
    events,
    log: log.split('\n').filter((line) => line !== ''),
    waves: events.flatMap((event) => (event.type === 'batch-started' ? [event.hosts.join(' ')] : [])),
    told: events.flatMap((event) =>
      event.type === 'notice' || event.type === 'stopped'
        ? ['message' in event ? event.message : event.reason]
        : [],
    ),
  }
}

const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, null]))
const problemsOf = async (rolled: Promise<unknown>): Promise<string[]> => {
  const error = await rolled.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InputError)
  return (error as InputError).problems.map(({ message }) => message)
}

describe('waves', () => {
  test('begin with the canary and grow by the ramp', async () => {
    const rolled = await roll({
      hosts: named('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      rollout: { canary: 1, ramp: 2 },
    })
    expect(rolled.exitCode).toBe(0)
    expect(rolled.waves).toEqual(['a', 'b c', 'd e f g'])
    expect(rolled.log).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  test('take the canary from a pattern, templates of -e, and spread over sites', async () => {
    const at = (site: string) => ({ site })
    const rolled = await roll({
      hosts: { a: at('x'), b: at('x'), c: at('x'), d: at('x'), e: at('y'), f: at('y') },
      rollout: { canary: '{{ first }}', ramp: ['50%'], spread_by: 'site' },
      options: { extraVars: ['first=d'] },
    })
    expect(rolled.waves).toEqual(['d', 'a e b', 'c f'])
  })

  test('have a canary under --limit only where it is among those hosts', async () => {
    const rollout = { canary: 'c', ramp: [1] }
    const limited = await roll({ hosts: named('a', 'b', 'c'), rollout, options: { limit: 'a,b' } })
    expect(limited.waves).toEqual(['a', 'b'])
    expect(await problemsOf(roll({ hosts: named('a', 'c'), rollout: { canary: 'all:!all' } }))).toEqual([
      "canary: no host of the play is in 'all:!all'",
    ])
  })

  test('shrink to what max_unavailable leaves, and end when it leaves nothing', async () => {
    const breaks = { breaks: 'false' }
    const rolled = await roll({
      hosts: { a: null, b: breaks, c: null, d: null, e: breaks, f: null, g: null },
      rollout: { max_unavailable: 2, budget: '100%' },
    })
    expect(rolled.waves).toEqual(['a b', 'c', 'd', 'e'])
    expect(rolled.told.at(-1)).toBe('2 hosts are lost: max_unavailable 2 leaves none to work on')
    expect(rolled.exitCode).toBe(2)
    expect(rolled.failures.filter(({ status }) => status === 'cancelled').map(({ host }) => host)).toEqual([
      'f',
      'g',
    ])
  })
})

describe('the budget', () => {
  const breaks = { breaks: 'false' }

  test('counts over all waves and is judged after every result', async () => {
    const rolled = await roll({
      hosts: { a: null, b: breaks, c: null, d: breaks, e: null, f: null },
      rollout: { ramp: [3], budget: 1 },
    })
    // One host at a time: e and f are in the wave in which d breaks the budget.
    expect(rolled.log).toEqual(['a', 'b', 'c', 'd'])
    expect(rolled.told).toEqual([
      "2 of 6 hosts failed or were unreachable, more than the rollout's budget of 1 bears",
    ])
    expect(rolled.exitCode).toBe(2)
  })

  test('lets a wave be lost that it bears, but never the whole canary', async () => {
    const hosts = { a: breaks, b: null, c: breaks, d: null }
    const later = await roll({ hosts, rollout: { ramp: [1], budget: 2 } })
    expect(later.log).toEqual(['a', 'b', 'c', 'd'])
    await rm(join(folder, 'log'))
    const canary = await roll({ hosts, rollout: { canary: 1, budget: 2 } })
    expect(canary.log).toEqual(['a'])
    expect(canary.told).toEqual(["all hosts of batch 1 of play 'Roll' failed"])
  })

  test('counts hosts that were lost in plays before', async () => {
    const rolled = await roll({
      hosts: { a: null, b: null, c: breaks, d: null },
      before: [
        {
          hosts: 'a,b',
          gather_facts: false,
          tasks: [{ command: 'false', when: "inventory_hostname == 'a'" }],
        },
      ],
      rollout: { ramp: [1], budget: '25%' },
    })
    expect(rolled.log).toEqual(['b', 'c'])
  })

  test.each([
    [true, ['b']],
    [false, ['b', 'c']],
  ])('counts unreachable hosts: %s', async (counts, log) => {
    const gone = { ansible_connection: 'ssh', ansible_host: '127.0.0.1', ansible_port: 1 }
    const rolled = await roll({
      hosts: { b: null, a: gone, c: null },
      rollout: { ramp: [1], budget: 0, count_unreachable: counts },
      play: { serial: null },
    })
    expect(rolled.log).toEqual(log)
    expect(rolled.exitCode).toBe(4)
  })
})

describe('the gate', () => {
  const gate = [
    {
      name: 'few errors',
      command:
        'sh -c "echo gate {{ muster_wave }} {{ muster_wave_hosts | join(\'+\') }} >> {{ log }}; {{ judge }}"',
    },
  ]

  test('is judged on the controller after each wave', async () => {
    const { log, told, exitCode } = await roll({
      hosts: named('a', 'b', 'c'),
      rollout: { canary: 1, gate },
      play: { vars: { judge: 'true' } },
    })
    expect(log).toEqual(['a', 'gate 1 a', 'b', 'c', 'gate 2 b+c'])
    expect(told).toEqual(['wave 1 passed its gate', 'wave 2 passed its gate'])
    expect(exitCode).toBe(0)
  })

  test('that fails stops the rollout and rolls the wave back', async () => {
    const rolled = await roll({
      hosts: named('a', 'b', 'c'),
      rollout: { ramp: [2], gate },
      play: {
        vars: { judge: 'false' },
        rollback: [
          { name: 'undo', shell: 'echo undo {{ inventory_hostname }} {{ muster_wave }} >> {{ log }}' },
        ],
      },
    })
    expect(rolled.log).toEqual(['a', 'b', 'gate 1 a+b', 'undo a 1', 'undo b 1'])
    expect(rolled.told).toEqual(['the gate of wave 1 failed', 'wave 1 rolled back on 2 of 2 hosts'])
    expect(rolled.exitCode).toBe(2)
    expect(rolled.failures.map(({ host, status }) => `${host} ${status}`)).toEqual([
      'localhost failed',
      'c cancelled',
    ])
  })

  test('is not asked for a wave that broke the budget, which is rolled back with its failed hosts', async () => {
    const rolled = await roll({
      hosts: { a: { breaks: 'false' }, b: null, c: null },
      rollout: { canary: 2, budget: 0, gate },
      play: {
        vars: { judge: 'true' },
        rollback: [{ shell: 'echo undo {{ inventory_hostname }} >> {{ log }}' }],
      },
    })
    expect(rolled.log).toEqual(['a', 'undo a'])
    expect(rolled.exitCode).toBe(2)
  })

  test('and the rest are left out of a plan and of check mode', async () => {
    const hosts = named('a', 'b')
    const rollout = { canary: 1, gate, pause: 600, approval: true }
    const play = { vars: { judge: 'false' } }
    for (const how of [{ mode: 'plan' as const }, { options: { check: true } }]) {
      const rolled = await roll({ hosts, rollout, play, ...how })
      expect(rolled.waves).toEqual(['a', 'b'])
      expect([...rolled.log, ...rolled.told]).toEqual([])
    }
  })

  test('and rollback are checked before any connection as all tasks are', async () => {
    const problems = await problemsOf(
      roll({
        hosts: named('a'),
        rollout: { gate: [{ command: 'echo {{ nowhere }} {{ muster_wave }}' }, { comand: 'x' }], canary: 0 },
        play: { rollback: [{ copy: { dst: '/x' } }], serial: 2 },
      }),
    )
    expect(problems.join('\n')).toContain('serial` or `rollout`, not both')
    expect(problems.join('\n')).toContain('canary takes a whole number of hosts from 1 on')
    expect(problems.join('\n')).toContain("'comand'")
    expect(problems.join('\n')).toContain('dst')
    const [undefinedName] = await problemsOf(
      roll({ hosts: named('a'), rollout: { gate: [{ command: 'echo {{ nowhere }} {{ muster_wave }}' }] } }),
    )
    expect(undefinedName).toContain("'nowhere' is undefined")
  })
})

describe('approval', () => {
  const hosts = named('a', 'b')

  test('comes by a file that is made or touched, and not by one that was there', async () => {
    const file = join(folder, 'go')
    await writeFile(file, '')
    const touch = (event: RunEvent) => {
      if (event.type === 'notice' && event.message.includes('waits')) void utimes(file, 1, 1)
    }
    const rolled = await roll({ hosts, rollout: { canary: 1, approval_file: file }, listen: touch })
    expect(rolled.log).toEqual(['a', 'b'])
    expect(rolled.told).toEqual([`wave 2 waits for approval: touch ${file}, or kill -USR2 ${process.pid}`])
  })

  test('comes by a signal', async () => {
    const rolled = await roll({
      hosts,
      rollout: { canary: 1, approval: true },
      listen: (event) => {
        if (event.type === 'notice') setImmediate(() => process.kill(process.pid, 'SIGUSR2'))
      },
    })
    expect(rolled.log).toEqual(['a', 'b'])
  })

  test('is there beforehand with --approve, and stops the rollout when nobody gives it', async () => {
    const rollout = { canary: 1, approval: true, approval_timeout: 0 }
    const given = await roll({ hosts, rollout, options: { approve: true } })
    expect(given.log).toEqual(['a', 'b'])
    await rm(join(folder, 'log'))
    const missing = await roll({ hosts, rollout })
    expect(missing.log).toEqual(['a'])
    expect(missing.told.at(-1)).toBe('nobody approved wave 2 within 0 s')
    expect(missing.exitCode).toBe(2)
  })
})

describe('change windows', () => {
  test('pass over hosts outside of them, without a failure, and refuse what is none', async () => {
    const now = new Date()
    const other = `${String((now.getUTCHours() + 12) % 24).padStart(2, '0')}`
    const closed = { muster_change_windows: [`${other}:00-${other}:01`] }
    const rolled = await roll({
      hosts: { a: closed, b: { muster_change_windows: '00:00-24:00 Europe/Berlin' }, c: null },
      rollout: { ramp: [1] },
    })
    expect(rolled.log).toEqual(['b', 'c'])
    expect(rolled.exitCode).toBe(0)
    const passed = rolled.events.find((event) => event.type === 'task' && event.host === 'a')
    expect(passed).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining(`outside its change windows (${other}:00-${other}:01)`),
    })
    // A plan is no change.
    const plan = await roll({ hosts: { a: closed }, rollout: {}, mode: 'plan' })
    expect(plan.events.some((event) => event.type === 'task' && event.task === 'change')).toBe(true)
    expect(
      await problemsOf(roll({ hosts: { a: { muster_change_windows: 'nights' } }, rollout: {} })),
    ).toEqual([
      `muster_change_windows of host a: 'nights' is no window of time like "Mon-Fri 22:00-04:00 Europe/Berlin"`,
    ])
  })
})
