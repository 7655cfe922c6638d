import { resolve } from 'node:path'
import type { Play, Playbook } from '../../playbook/playbook.ts'
import { knownScheme, type VarsPrompt } from '../../playbook/plays/vars-prompt.ts'
import { keywordBoolean, keywordInteger, keywordText } from '../../playbook/tasks/keyword-values.ts'
import { OMIT, TemplateError } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { PythonError } from '../../template/python/error.ts'
import { hashPassword, randomSalt } from '../../template/python/password-hash.ts'
import type { Position } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { hasTemplateMarks, TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'

/** Asks a person for a line of text. `hidden`: what is typed is not shown. An empty answer is one. */
export type AskVariable = (question: { readonly prompt: string; readonly hidden: boolean }) => Promise<string>

export interface Prompting {
  readonly extraVars: ReadonlyMap<string, Value>
  /** Undefined: there is no terminal. */
  readonly ask: AskVariable | undefined
  /** Nobody is asked, since nothing will be run. */
  readonly onlyChecks: boolean
}

/**
 * The playbook with the answers to `vars_prompt` among the variables of its plays: what `-e` gives is not asked for, and
 * without a terminal a default is taken, with a warning, as in Ansible.
 * @throws InputError where there is neither terminal nor default (Ansible would run with the text None)
 */
export async function answerPrompts(
  playbook: Playbook,
  prompting: Prompting,
): Promise<{ readonly playbook: Playbook; readonly warnings: readonly Problem[] }> {
  const warnings: Problem[] = []
  const problems: Problem[] = []
  const plays: Play[] = []
  for (const play of playbook.plays) plays.push(await answered(play, prompting, warnings, problems))
  if (problems.length > 0) throw new InputError(problems)
  return { playbook: { ...playbook, plays }, warnings }
}

async function answered(
  play: Play,
  { extraVars, ask, onlyChecks }: Prompting,
  warnings: Problem[],
  problems: Problem[],
): Promise<Play> {
  const wanted = play.varsPrompt.filter(({ name }) => !extraVars.has(name))
  if (wanted.length === 0) return play
  const vars = new Map(play.vars)
  const unanswered: string[] = []
  const lookup = (name: string) => extraVars.get(name) ?? vars.get(name)
  for (const each of wanted) {
    const { name, position } = each
    try {
      const question = evaluated(each, (value) =>
        createEngine({ lookup }, { directory: resolve(play.directory) }).resolve(value),
      )
      if (onlyChecks || ask === undefined) {
        if (question.default === undefined && onlyChecks) unanswered.push(name)
        else if (question.default === undefined) problems.push(nobodyToAsk(name, position))
        else if (!onlyChecks) warnings.push(defaultTaken(name, position))
        vars.set(name, question.default === undefined ? null : answerValue(question, question.default))
      } else {
        const typed = await askFor(question, ask)
        vars.set(name, answerValue(question, typed === '' ? (question.default ?? '') : typed))
      }
    } catch (error) {
      const isMistake =
        error instanceof TemplateError || error instanceof RangeError || error instanceof PythonError
      if (!isMistake) throw error
      problems.push({ message: `vars_prompt: ${error.message}`, position })
    }
  }
  return { ...play, vars, unanswered }
}

/** A prompt with its templates evaluated. */
interface Question {
  readonly name: string
  readonly position: Position
  readonly text: string
  readonly default: string | undefined
  readonly isPrivate: boolean
  readonly confirm: boolean
  readonly unsafe: boolean
  readonly hash: ((password: string) => string) | undefined
}

/** @throws TemplateError, RangeError */
function evaluated(prompt: VarsPrompt, resolve: (value: Value) => Value | typeof OMIT): Question {
  const value = (written: Value | undefined): Value | undefined => {
    const resolved = written === undefined ? undefined : resolve(written)
    return resolved === OMIT || resolved === null ? undefined : resolved
  }
  const text = (keyword: string, written: Value | undefined) => {
    const read = value(written)
    return read === undefined ? undefined : keywordText(keyword, read)
  }
  const truth = (keyword: string, written: Value | undefined, otherwise: boolean) =>
    keywordBoolean(keyword, value(written) ?? otherwise)
  const scheme = value(prompt.encrypt)
  const size = value(prompt.saltSize)
  const salt = text('salt', prompt.salt)
  return {
    name: prompt.name,
    position: prompt.position,
    text: text('prompt', prompt.prompt) ?? prompt.name,
    default: text('default', prompt.default),
    isPrivate: truth('private', prompt.private, true),
    confirm: truth('confirm', prompt.confirm, false),
    unsafe: truth('unsafe', prompt.unsafe, false),
    hash:
      scheme === undefined
        ? undefined
        : (password) =>
            hashPassword(password, knownScheme(scheme), {
              salt: salt ?? randomSalt(size === undefined ? undefined : keywordInteger('salt_size', size)),
            }),
  }
}

async function askFor(
  { text, default: given, isPrivate, confirm }: Question,
  ask: AskVariable,
): Promise<string> {
  const prompt = text === '' ? 'input' : text
  const words = given === undefined || isPrivate ? `${prompt}: ` : `${prompt} [${given}]: `
  for (let wrong = ''; ; wrong = '***** VALUES ENTERED DO NOT MATCH ****\n') {
    const typed = await ask({ prompt: `${wrong}${words}`, hidden: isPrivate })
    if (!confirm || typed === (await ask({ prompt: `confirm ${words}`, hidden: isPrivate }))) return typed
  }
}

/** What is typed is a template unless it is unsafe, as in Ansible. */
function answerValue({ hash, isPrivate, unsafe, position }: Question, typed: string): Value {
  const text = hash === undefined ? typed : hash(typed)
  if (!unsafe && hasTemplateMarks(text)) return new TemplateText(text, position, isPrivate)
  if (!isPrivate) return text
  return new Secret(text, hash === undefined ? undefined : { from: [new Secret(typed)] })
}

function nobodyToAsk(name: string, position: Position): Problem {
  return {
    message: `vars_prompt: '${name}' has no value, and there is no terminal to ask for one`,
    position,
    hint: `give it with -e ${name}=... (a secret: -e @FILE, a file of mode 0600), or a default`,
  }
}

function defaultTaken(name: string, position: Position): Problem {
  return {
    message: `vars_prompt: there is no terminal to ask for '${name}': its default is taken`,
    position,
    hint: `give it with -e ${name}=...`,
  }
}
