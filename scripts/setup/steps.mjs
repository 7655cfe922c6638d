import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** Where everything goes that can be made again. */
export const cache = join(root, '.cache')

/** Set-up cannot go on: `message` says why, `next` what the user can do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} next
   */
  constructor(message, next) {
    super(message)
    this.name = 'SetupError'
    this.next = next
  }
}

/**
 * Prints the one line of a step. On standard error, so that what the command itself prints can be piped.
 * @param {string} step
 * @param {string} state
 */
export function report(step, state) {
  process.stderr.write(`setup: ${step.padEnd(12)} ${state}\n`)
}

/** Programs that run now. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * Passes a signal on to the programs that set-up runs, which then fail and so end it.
 * @param {NodeJS.Signals} signal
 */
export function interrupt(signal) {
  for (const child of running) child.kill(signal)
}

/**
 * Runs a program to its end; its output goes to a log in the cache, not to the terminal.
 * @param {string} log name of the log file
 * @param {string[]} command program and arguments
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<void>}
 * @throws SetupError when it cannot be started or ends with an error, with its last lines
 */
export function run(log, command, options = {}) {
  mkdirSync(cache, { recursive: true })
  const path = join(cache, log)
  const file = createWriteStream(path)
  return new Promise((resolve, reject) => {
    let tail = ''
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    for (const stream of [child.stdout, child.stderr]) {
      stream.pipe(file, { end: false })
      stream.on('data', (data) => {
        tail = (tail + data).slice(-2000)
      })
    }
    const fail = (/** @type {string} */ why) =>
      reject(
        new SetupError(`${command.join(' ')}: ${why}\n${tail.trimEnd()}`, `The whole output is in ${path}`),
      )
    child.on('error', (error) => fail(error.message))
    child.on('close', (code, signal) => {
      running.delete(child)
      file.end()
      if (code === 0) resolve()
      else fail(signal === null ? `exit status ${code}` : `ended by ${signal}`)
    })
  })
}

/**
 * What a program prints, or undefined when it is missing or fails.
 * @param {string[]} command
 * @returns {Promise<string | undefined>}
 */
export function output(command) {
  return new Promise((resolve) => {
    let text = ''
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.on('data', (data) => {
      text += data
    })
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code === 0 ? text.trim() : undefined))
  })
}
