// More than 250 lines: what is known of a host, and the one connection by which it becomes known, are one thing.

import { type Connection, ConnectionError, type Platform, type Step } from '../../connection/connection.ts'
import { identityKey } from '../../connection/shell/identity.ts'
import type { Action } from '../../modules/module.ts'
import { type AnswersOf, type Probe, type ProbeSet, probesOf, type Touched } from '../../probes/probe.ts'
import { type Language, type ProbeStep, probeSteps } from '../../probes/request.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Phase } from '../record/events.ts'
import type { HostState, RunState } from '../run-state.ts'
import type { PlayVariables } from '../scope/variables.ts'
import { type Identity, keyOf } from './identity.ts'
import { Answers } from './link/answers.ts'
import { downloadScript, windowsDownloadScript } from './link/host-download.ts'
import { keepAll, languageOf, type Question, questionsOf, stepOf } from './link/questions.ts'
import { settingsOf, type Way } from './settings.ts'

/** Probes that a later task will probably need, and as whom. A wrong guess costs a request, never an answer. */
export interface Guess {
  readonly identity: Identity
  readonly probes: readonly Probe<unknown>[]
}

/**
 * The way to one host: connects when first needed, asks what is not known in as few requests as there are identities,
 * together with what will probably be asked next, and makes a connection that died anew, once.
 */
export class HostLink {
  readonly #run: RunState
  readonly #host: HostState
  readonly #variables: PlayVariables
  readonly #phase: (phase: Phase) => void
  readonly #answers = new Map<string, Answers>()
  readonly #way: Way | undefined
  #renewed = false
  #platform: Platform | undefined

  /** @param way how the host is reached where its variables do not say so */
  constructor(
    run: RunState,
    host: HostState,
    variables: PlayVariables,
    phase: (phase: Phase) => void,
    way?: Way,
  ) {
    this.#way = way
    this.#run = run
    this.#host = host
    this.#variables = variables
    this.#phase = phase
  }

  /** What the host is; undefined before the first connection. */
  get platform(): Platform | undefined {
    return this.#platform ?? this.#host.connection?.platform
  }

  /** Whether the one new connection is still to be had. */
  get canRenew(): boolean {
    return !this.#renewed
  }

  /** Drops the connection and all that is known; the next use makes a new one, once. */
  async renew(): Promise<void> {
    this.#renewed = true
    await this.drop()
  }

  /** The same as often as one likes. */
  async drop(): Promise<void> {
    this.forget('everything')
    const connection = this.#host.connection
    this.#host.connection = undefined
    await connection?.close()
  }

  /** What is known may have changed. */
  forget(touched: Touched): void {
    for (const answers of this.#answers.values()) answers.forget(touched)
  }

  /** @throws ConnectionError, also when `within` is over first */
  async connect(within?: AbortSignal): Promise<void> {
    await this.#connection(within)
  }

  /**
   * The answers to what a task needs to know. What is missing is asked in one request, with what `guess` names.
   * Looking changes nothing, so a lost connection is made anew.
   * @throws ConnectionError
   * @throws TaskFailure of a probe that has no answer
   */
  async ask<S extends ProbeSet>(
    identity: Identity,
    set: S,
    guess: () => Promise<readonly Guess[]>,
  ): Promise<AnswersOf<S>> {
    const known = this.#of(identity)
    if (known.missing(probesOf(set)).length > 0) {
      const wanted = [{ identity, probes: probesOf(set) }, ...(await guess())]
      this.#phase('look')
      try {
        await this.#askAll(wanted)
      } catch (error) {
        if (!(error instanceof ConnectionError) || error.reason !== 'lost' || !this.canRenew) throw error
        await this.renew()
        await this.#askAll(wanted)
      }
    }
    return known.of(set)
  }

  /** Whether a set can be answered without the host. */
  knows(identity: Identity, set: ProbeSet): boolean {
    return this.#of(identity).has(set)
  }

  /** The same for what has to be asked now, whatever was known. */
  async lookAnew<S extends ProbeSet>(identity: Identity, set: S): Promise<AnswersOf<S>> {
    const answers = new Answers()
    const connection = await this.#connection()
    const questions = questionsOf(identity, answers, probesOf(set), languageOf(connection))
    await this.#askTogether(connection, identity, questions)
    return answers.of(set)
  }

  /**
   * Runs a script that may change things. What it touched is unknown then, and unless `more` follows, what of it is
   * `ahead` is asked again in the same request.
   * @throws ConnectionError
   */
  async act(
    identity: Identity,
    step: Step,
    options: { readonly touched: Touched; readonly more: boolean; readonly ahead: readonly Guess[] },
  ): Promise<Output> {
    this.forget(options.touched)
    const key = identityKey(identity.become)
    const ahead = options.more
      ? []
      : options.ahead.filter((guess) => identityKey(guess.identity.become) === key)
    const connection = await this.#connection()
    const asked = this.#questions(ahead, languageOf(connection))
    const [output, ...read] = await this.#request(connection, identity, [
      step,
      ...asked.map(({ step: asking }) => asking),
    ])
    // What could not be told apart is simply not known, and asked at its turn.
    for (const [at, { known, asking }] of asked.entries()) keepAll(known, asking, read[at])
    if (output === undefined) throw new Error('a request gave no output for its first step')
    return output
  }

  /**
   * Brings content into a file of the host: sends it, or has the host fetch it.
   * @throws ConnectionError
   */
  async push(identity: Identity, { source, to }: Action & { kind: 'push' }): Promise<Output> {
    const connection = await this.#connection()
    if (source.url === undefined) return connection.push(identity.become, source, to, this.#run.signal)
    const download = connection.platform === 'windows' ? windowsDownloadScript : downloadScript
    const step = { script: download(source.url, source.sha256, to), environment: identity.environment }
    const [output] = await this.#request(connection, identity, [step])
    if (output === undefined) throw new Error('a request gave no output for its step')
    return output
  }

  #of(identity: Identity): Answers {
    const key = keyOf(identity)
    let answers = this.#answers.get(key)
    if (answers === undefined) {
      answers = new Answers()
      this.#answers.set(key, answers)
    }
    return answers
  }

  async #askAll(wanted: readonly Guess[]): Promise<void> {
    const connection = await this.#connection()
    // A request for each user that is become; environments differ from step to step.
    const groups = Map.groupBy(wanted, ({ identity }) => identityKey(identity.become))
    await Promise.all(
      [...groups.values()].map((group) =>
        this.#askTogether(
          connection,
          (group[0] as Guess).identity,
          this.#questions(group, languageOf(connection)),
        ),
      ),
    )
  }

  /** What is missing of these guesses, as steps, each with where its answers are kept. */
  #questions(guesses: readonly Guess[], language: Language): Question[] {
    const groups = Map.groupBy(guesses, ({ identity }) => keyOf(identity))
    return [...groups.values()].flatMap((group) => {
      const [{ identity }] = group as [Guess]
      return questionsOf(
        identity,
        this.#of(identity),
        group.flatMap(({ probes }) => probes),
        language,
      )
    })
  }

  async #askTogether(
    connection: Connection,
    identity: Identity,
    questions: readonly Question[],
  ): Promise<void> {
    if (questions.length === 0) return
    const steps = questions.map(({ step }) => step)
    const outputs = await this.#request(connection, identity, steps)
    for (const [at, { identity: own, known, asking }] of questions.entries())
      for (const one of keepAll(known, asking, outputs[at])) await this.#askAlone(connection, own, known, one)
  }

  /** Something changed under several probes at once; one alone can be told apart, or says why not. */
  async #askAlone(
    connection: Connection,
    identity: Identity,
    known: Answers,
    probe: Probe<unknown>,
  ): Promise<void> {
    const [one] = probeSteps([probe], languageOf(connection)) as [ProbeStep]
    const [output] = await this.#request(connection, identity, [stepOf(one, identity)])
    if (keepAll(known, one, output).length === 0) return
    const message = `what ${probe.kind.name} asks about changes while it is asked`
    known.keep(probe, { failure: new TaskFailure(message, { hint: 'find out what else is at work there' }) })
  }

  /** Everything secret that is sent is masked in what is shown of the answers. */
  async #request(connection: Connection, identity: Identity, steps: readonly Step[]): Promise<Output[]> {
    const { masker } = this.#run
    if (identity.become?.password !== undefined) masker.learn(identity.become.password)
    for (const { script, stdin, environment } of steps) {
      masker.learn(script)
      if (stdin instanceof Secret) masker.learn(stdin)
      for (const [, value] of environment ?? []) if (value instanceof Secret) masker.learn(value)
    }
    return connection.request(identity.become, steps, this.#run.signal)
  }

  async #connection(signal: AbortSignal = this.#run.signal): Promise<Connection> {
    if (this.#host.connection !== undefined) return this.#host.connection
    this.#phase('connect')
    const settings = settingsOf(this.#run, this.#host, this.#variables, this.#way)
    this.#host.connection = await this.#run.connect(settings, signal)
    this.#platform = this.#host.connection.platform
    return this.#host.connection
  }
}
