import { posix } from 'node:path'
import type { Runner } from '../../../probes/account.ts'
import type { PathFacts } from '../../../probes/stat.ts'
import type { ShellText } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { attributeChange, attributeSteps } from '../attributes/attributes.ts'
import type { Mode } from '../attributes/modes.ts'
import type { Owners } from '../attributes/owners.ts'
import { directoryBits } from '../content/place-file.ts'
import { makeLink } from '../states/state-link.ts'
import { moved, type Place, realDirectory, realPath, Trust } from '../trust.ts'
import {
  learnMade,
  type Missing,
  madeDirectory,
  makeDirectories,
  missingBelow,
  missingDirectories,
} from './directories.ts'

/** A directory of a tree, by its name below the root, and what is there. Outer ones come first. */
export interface TreeDirectory {
  readonly name: string
  readonly facts: PathFacts
  /** The bits when it has to be made; undefined: as for all. */
  readonly made?: number | undefined
}

/** What a tree's own folder shall have, other than those in it. */
export interface RootWish {
  readonly made: number
  /** Also when it is there. */
  readonly mode: Mode | undefined
}

/** What the host said of where a tree shall go. */
export interface TreeAnswers {
  readonly runs: Runner
  readonly ancestors: readonly PathFacts[]
  readonly itself: PathFacts
  readonly root: PathFacts
}

/** Where each entry of a tree goes, and the steps that make directories and links. */
export class TreePlaces {
  readonly trust: Trust
  readonly missing: Missing
  /** Of the root, as it was written. */
  readonly root: string
  readonly steps: ShellText[] = []
  /** Real paths that the steps change. */
  readonly touched: (string | null)[] = []
  readonly #owners: Owners
  readonly #bits: number | undefined
  /** Real paths of directories by their names below the root, which is `.`. */
  readonly #real = new Map<string, string>()

  constructor(answers: TreeAnswers, owners: Owners, bits: number | undefined, wish?: RootWish) {
    const way =
      answers.root.path === answers.itself.path ? answers.ancestors : [...answers.ancestors, answers.itself]
    this.trust = new Trust(answers.runs, [...way, answers.root])
    this.trust.followWay(way, answers.root)
    this.#owners = owners
    this.#bits = bits
    this.root = answers.root.path
    this.missing = missingDirectories(way, answers.root, this.trust)
    this.#add('.', answers.root, this.#withParents(wish), wish)
  }

  directory({ name, facts, made }: TreeDirectory): void {
    const base = this.#real.get(posix.dirname(name)) ?? null
    const missing = missingBelow(base, posix.dirname(facts.path), [posix.basename(name)], this.trust)
    this.#add(name, facts, missing, { made: made ?? this.#bits, mode: undefined })
  }

  /** @throws TaskFailure where something else than a link is in the way */
  link(name: string, facts: PathFacts, target: string): void {
    if (facts.link === target) return
    if (facts.stat !== null && facts.link === null)
      throw new TaskFailure(`refusing to convert from ${facts.stat.kind} to symlink for ${facts.path}`)
    const place = this.of(name)
    this.steps.push(makeLink(place, target, facts.stat, null))
    this.touched.push(realPath(place))
  }

  of(name: string): Place {
    return this.trust.placeIn(this.#real.get(posix.dirname(name)) ?? this.root, posix.basename(name))
  }

  /** Makes what is missing above a root that shall have bits of its own; gives what is missing then. */
  #withParents(wish: RootWish | undefined): Missing {
    const { names, base, baseName } = this.missing
    const last = names.at(-1)
    if (wish === undefined || last === undefined || names.length === 1) return this.missing
    const above = missingBelow(base, baseName, names.slice(0, -1), this.trust)
    this.#make(above, this.#bits)
    return missingBelow(madeDirectory(above), posix.dirname(this.root), [last], this.trust)
  }

  #make(missing: Missing, bits: number | undefined): string | null {
    this.steps.push(makeDirectories(missing, bits, this.#owners))
    learnMade(this.trust, missing, bits, this.#owners)
    const made = madeDirectory(missing)
    this.touched.push(made)
    return made
  }

  #add(
    name: string,
    facts: PathFacts,
    missing: Missing,
    wish: { readonly made: number | undefined; readonly mode: Mode | undefined } = {
      made: this.#bits,
      mode: undefined,
    },
  ): void {
    const parent = name === '.' ? undefined : this.#real.get(posix.dirname(name))
    if (parent !== undefined && facts.directory !== null && facts.directory !== parent)
      throw moved(facts.path)
    const owners = this.#owners
    const followed = this.trust.follow(facts)
    const stat = followed?.stat ?? facts.stat
    if (stat === null) {
      const made = this.#make(missing, wish.made)
      if (made !== null) this.#real.set(name, made)
      return
    }
    if (stat.kind !== 'directory') throw new TaskFailure(`${facts.path} already exists as a ${stat.kind}`)
    const real = realDirectory(facts)
    if (real !== null) {
      this.#real.set(name, real)
      this.trust.learn(real, stat)
    }
    const change = attributeChange(stat, owners, wish.mode)
    if (change === null) return
    const place = followed === null ? this.trust.placeOf(facts) : this.trust.placeOfReal(followed.path)
    this.steps.push(attributeSteps([{ place, stat, change }]))
    this.touched.push(realPath(place))
  }
}

/** The places of a tree with these directories. @throws TaskFailure where something else is in the way of one */
export function placesOfTree(
  params: { readonly directory_mode: string | undefined },
  answers: TreeAnswers,
  directories: readonly TreeDirectory[],
  owners: Owners,
  root?: RootWish,
): TreePlaces {
  const bits = directoryBits(params.directory_mode, owners.runs.umask)
  const places = new TreePlaces(answers, owners, bits, root)
  for (const directory of directories) places.directory(directory)
  return places
}
