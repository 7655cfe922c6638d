import type { PowerShellText } from '../shell/powershell/ps.ts'
import type { ShellText } from '../shell/sh.ts'
import type { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'

/**
 * What an action on a host may change, as far as probes tell it apart: `files` (what paths are and hold), `units`
 * (services and their files), `packages` (what is installed), `accounts` (users and groups).
 */
export type Subject = 'files' | 'units' | 'packages' | 'accounts'

/** What an action has touched. Without a word of the action it is `everything`. */
export type Touched = 'everything' | readonly Subject[]

/** The POSIX form of a kind: how many questions are asked with as few processes as there can be. */
export interface PosixForm<P, R> {
  /**
   * Shell text that asks all of `all` and changes nothing. It runs in the resident shell itself, which saves a process:
   * no `exit`, no `cd` that stays, names of variables and functions begin with `m_`. Standard input is empty.
   */
  script(all: readonly P[]): ShellText
  /**
   * An answer to each question, in order; a failure where one cannot be answered, or {@link MOVED}.
   * @throws TaskFailure when the whole output is of no use
   */
  read(output: Output, all: readonly P[]): readonly (R | TaskFailure | typeof MOVED)[]
  /** Each question in a step of its own, for answers that are a whole output. */
  readonly alone?: true
}

/** The PowerShell form of a kind; the script runs in the resident shell, whose functions it may use. */
export interface PowerShellForm<P, R> {
  /** A script that asks all of `all` and changes nothing, without CIM and WMI, which are slow and broken on many hosts. */
  script(all: readonly P[]): PowerShellText
  /** As that of {@link PosixForm}. */
  read(output: Output, all: readonly P[]): readonly (R | TaskFailure | typeof MOVED)[]
  readonly alone?: true
}

/** What was asked about changed while it was asked, so that answers cannot be told apart: to be asked again, alone. */
export const MOVED: unique symbol = Symbol('moved')

/** A kind of question about a host: its arguments and its typed answer. A file a kind. */
export interface ProbeKind<P, R> {
  readonly name: string
  /** Whose change makes an answer stale; `anything`: every action's. */
  readonly subjects: readonly Subject[] | 'anything'
  /** Equal for equal questions, and only for them. */
  key(args: P): string
  /** A kind without the form of a host's shell cannot be asked there. */
  readonly posix?: PosixForm<P, R>
  readonly powershell?: PowerShellForm<P, R>
}

/** One question, as a value. Modules make them through the function of each kind and learn the answer as an `A`. */
export interface Probe<A> {
  readonly kind: ProbeKind<never, unknown>
  readonly args: unknown
  /** Kind and arguments in one word. */
  readonly key: string
  /** The answer as the module wants it. @throws TaskFailure */
  interpret(raw: unknown): A
}

/** Makes a probe of a kind. */
export function probe<P, R>(kind: ProbeKind<P, R>, args: P): Probe<R>
export function probe<P, R, A>(kind: ProbeKind<P, R>, args: P, interpret: (raw: R) => A): Probe<A>
export function probe<P, R>(
  kind: ProbeKind<P, R>,
  args: P,
  interpret: (raw: R) => unknown = (raw) => raw,
): Probe<unknown> {
  return {
    kind: kind as unknown as ProbeKind<never, unknown>,
    args,
    key: `${kind.name} ${kind.key(args)}`,
    interpret: interpret as (raw: unknown) => unknown,
  }
}

/** The same question, whose answer is read on. */
export function mapProbe<A, B>(one: Probe<A>, read: (answer: A) => B): Probe<B> {
  return { ...one, interpret: (raw) => read(one.interpret(raw)) }
}

/** What a module wants to know: probes by the names under which it reads the answers. */
export type ProbeSet = Readonly<Record<string, Probe<unknown> | readonly Probe<unknown>[] | undefined>>

type AnswerOf<T> =
  T extends Probe<infer A>
    ? A
    : T extends readonly (infer P)[]
      ? readonly AnswerOf<P>[]
      : T extends undefined
        ? undefined
        : never

/** The answers to a {@link ProbeSet}, under the same names. */
export type AnswersOf<S extends ProbeSet> = { readonly [K in keyof S]: AnswerOf<S[K]> }

/** The probes of a set, in order. */
export function probesOf(set: ProbeSet): Probe<unknown>[] {
  return Object.values(set).flatMap((one) => (one === undefined ? [] : (one as Probe<unknown>)))
}

/** The answers of a set, each got by `answer`. @throws TaskFailure of the first that cannot be had */
export function answersOf<S extends ProbeSet>(
  set: S,
  answer: (probe: Probe<unknown>) => unknown,
): AnswersOf<S> {
  const got = Object.entries(set).map(([name, one]) => [
    name,
    one === undefined ? undefined : Array.isArray(one) ? one.map(answer) : answer(one as Probe<unknown>),
  ])
  return Object.fromEntries(got) as AnswersOf<S>
}
