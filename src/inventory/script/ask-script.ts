import { resolve } from 'node:path'
import { runProgram } from '../../program/run-program.ts'
import type { Position } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import { visible } from '../../values/text/visible.ts'
import type { YamlMap } from '../../yaml/node.ts'
import { parseYaml } from '../../yaml/parse.ts'

/** Seconds for one answer of a script. Ansible waits for ever. */
export const SCRIPT_TIMEOUT = 120
const MOST_OUTPUT = 64 * 1024 * 1024
const MOST_SHOWN = 500

/** What a script answered: a mapping, and what it said on standard error all the same. */
export interface Answer {
  readonly map: YamlMap
  readonly said: string
}

/**
 * Runs an inventory script (`--list` or `--host NAME`) in the caller's working directory and reads the JSON object it
 * prints; nothing printed for `--host` means no variables.
 * @throws InputError when it cannot be started, fails, prints no JSON object, or gives no answer in time
 */
export async function askScript(
  file: string,
  args: readonly string[],
  timeout = SCRIPT_TIMEOUT,
): Promise<Answer> {
  const position = { file }
  const command = [file, ...args].join(' ')
  const done = await runProgram(resolve(file), args, { timeout, mostOutput: MOST_OUTPUT })
  const said = visible(done.stderr.trim().slice(0, MOST_SHOWN), false)
  const because = said === '' ? '' : `\n  it said: ${said}`
  if (done.failure !== undefined) {
    const hint =
      done.code === 'EACCES' || done.code === 'ENOENT'
        ? 'its first line must name a program that is here: #!/usr/bin/env python3'
        : undefined
    throw refused(`the script ${done.failure}${because}`, position, hint)
  }
  if (done.status !== 0) {
    const how = done.status === null ? 'was ended by a signal' : `ended with exit status ${done.status}`
    throw refused(`the script ${how}${because}`, position, `try it: ${command}`)
  }
  const text = done.stdout.toString('utf8')
  const empty = text.trim() === '' && args[0] === '--host'
  return { map: readObject(empty ? '{}' : text, command, position), said }
}

function readObject(text: string, command: string, position: Position): YamlMap {
  try {
    JSON.parse(text)
  } catch {
    // Node's own message quotes the text, which may hold passwords.
    throw refused(`what the script prints is no JSON`, position, `try it: ${command}`)
  }
  // Read once more for what JSON.parse loses: the order of all keys and 1 beside 1.0.
  const root = parseYaml(text, position.file).documents[0]
  if (root?.kind === 'map') return root
  throw refused('what the script prints is no JSON object', position, `try it: ${command}`)
}

function refused(message: string, position: Position, hint?: string): InputError {
  return new InputError([{ message, position, hint }])
}
