import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { EXIT } from '../run/exit-code.ts'
import { processStart } from '../run/record/process-start.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { visible } from '../values/text/visible.ts'
import { listenForInterruption } from './terminal/interruption.ts'

/** The checkout: as deep above the built program as above this source. */
const ROOT = join(import.meta.dirname, '..', '..')

/** Containers are removed within seconds; more is a fault of the engine. */
const DOWN_SECONDS = 90

/** A process, and when it was started: a pid alone may belong to another process by now. */
interface Process {
  readonly pid: number
  readonly started: string
}

/** What `scripts/demo.ts --lab` writes when hosts and cloud are there. */
interface Ready extends Process {
  /** The lines that lead there, and what to try. */
  readonly text: string
}

/** `muster lab`: the hosts and the cloud of the demo, to play with. For a checkout with its packages for development. */
export function labCommand(root = ROOT): Command {
  const lab = new Lab(root)
  const command = new Command('lab').description(
    'three hosts in containers and an embedded cloud to try muster on; in a checkout, with a container engine',
  )
  command.addCommand(
    new Command('up')
      .description('start them, let them run on, and print the lines that lead there')
      .action(() => lab.up()),
  )
  command.addCommand(
    new Command('down').description('end them and remove the containers').action(() => lab.down()),
  )
  command.addCommand(
    new Command('status')
      .description('whether they run, and the lines that lead there; 0 when they do')
      .action(() => lab.status()),
  )
  return command
}

class Lab {
  readonly #root: string
  readonly #folder: string
  readonly #log: string
  /** The process of scripts/setup.mjs, which owns the containers. */
  readonly #state: string
  readonly #ready: string

  constructor(root: string) {
    this.#root = root
    this.#folder = join(root, '.cache', 'demo')
    this.#log = join(this.#folder, 'lab.log')
    this.#state = join(this.#folder, 'lab.json')
    this.#ready = join(this.#folder, 'lab-ready.json')
  }

  async up(): Promise<void> {
    this.#refuseOutsideCheckout()
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    if ((await this.#running()).length > 0)
      throw new TaskFailure('the lab is up already', {
        hint: 'muster lab status prints the lines that lead there; muster lab down ends it',
      })
    await this.#forget()
    // Exclusive: of two that start at once one is refused.
    await writeFile(this.#state, JSON.stringify(me()), { flag: 'wx', mode: 0o600 })
    using interruption = listenForInterruption('muster lab down ends what was started')
    const started = await this.#start(['scripts/demo.ts', '--lab'])
    await writeFile(this.#state, JSON.stringify(started))
    let shown = 0
    for (;;) {
      shown = await this.#showLog(shown)
      const ready = await readAs<Ready>(this.#ready)
      if (ready !== undefined) {
        process.stdout.write(ready.text)
        return
      }
      if (interruption.signal.aborted) {
        await this.down()
        process.exitCode = EXIT.interrupted
        return
      }
      if (!isAlive(started)) {
        await this.#showLog(shown)
        await this.#forget()
        throw new TaskFailure('the lab did not start', { hint: `what it said is in ${this.#log}` })
      }
      await delay(100)
    }
  }

  async status(): Promise<void> {
    const running = await this.#running()
    const ready = await readAs<Ready>(this.#ready)
    if (ready !== undefined && isAlive(ready)) process.stdout.write(ready.text)
    else if (running.length > 0) process.stdout.write(`the lab is starting; its log is ${this.#log}\n`)
    else process.stdout.write('the lab is down; muster lab up starts it\n')
    if (ready === undefined || !isAlive(ready)) process.exitCode = EXIT.refused
  }

  async down(): Promise<void> {
    if (!existsSync(this.#state) && !existsSync(this.#ready)) {
      process.stdout.write('the lab is down\n')
      return
    }
    this.#refuseOutsideCheckout()
    const setUp = await readAs<Process>(this.#state)
    const owned = setUp !== undefined && isAlive(setUp)
    const [first] = await this.#running()
    // Set-up passes it on to the other, and removes the containers.
    if (first !== undefined) process.kill(first.pid, 'SIGTERM')
    if (!(await this.#ended()))
      throw new TaskFailure(`the lab has not ended after ${DOWN_SECONDS} s`, {
        hint: `muster lab down tries again; its log is ${this.#log}`,
      })
    // A set-up that was killed left its containers behind: another one removes those of processes that are gone.
    if (!owned) {
      const cleaning = await this.#start([])
      while (isAlive(cleaning)) await delay(100)
    }
    await this.#forget()
    process.stdout.write('the lab is down\n')
  }

  /** @throws TaskFailure where the scripts, or the packages that they need, are not there */
  #refuseOutsideCheckout(): void {
    const parts = ['scripts/setup.mjs', 'scripts/demo.ts', 'node_modules/testcontainers/package.json']
    const missing = parts.find((part) => !existsSync(join(this.#root, part)))
    if (missing !== undefined)
      throw new TaskFailure(`the lab needs ${missing}, which this installation of muster does not have`, {
        hint: 'clone the repository, run npm install there (with the packages for development), and use its bin/muster.js',
      })
    if (me().started === '')
      throw new TaskFailure('the lab needs Linux with /proc', { hint: 'use it in a virtual machine' })
  }

  /** Those of the lab's processes that are alive: set-up first, which passes signals on. */
  async #running(): Promise<Process[]> {
    const known = [await readAs<Process>(this.#state), await readAs<Process>(this.#ready)]
    return known.filter((one) => one !== undefined).filter(isAlive)
  }

  async #ended(): Promise<boolean> {
    for (const began = performance.now(); performance.now() - began < DOWN_SECONDS * 1000; await delay(100))
      if ((await this.#running()).length === 0) return true
    return false
  }

  /** Starts scripts/setup.mjs for some script in a session of its own, with the log as its output. */
  async #start(words: readonly string[]): Promise<Process> {
    const log = await open(this.#log, words.length > 0 ? 'w' : 'a', 0o600)
    const child = spawn(process.execPath, ['scripts/setup.mjs', ...words], {
      cwd: this.#root,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.unref()
    await log.close()
    return identify(child.pid ?? 0)
  }

  /** Prints what the log says from a byte on. @returns where it ends */
  async #showLog(from: number): Promise<number> {
    const text = (await readFile(this.#log)).subarray(from)
    process.stderr.write(visible(text.toString(), false))
    return from + text.length
  }

  async #forget(): Promise<void> {
    for (const file of [this.#ready, this.#state]) await rm(file, { force: true })
  }
}

function identify(pid: number): Process {
  return { pid, started: processStart(pid) ?? '' }
}

const me = () => identify(process.pid)

function isAlive({ pid, started }: Process): boolean {
  return started !== '' && processStart(pid) === started
}

/** A file that the lab wrote; undefined where it is not there, or not whole yet. */
async function readAs<Kind>(file: string): Promise<Kind | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Kind
  } catch {
    return undefined
  }
}
