import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A package as the database of rpm has it. */
export interface RpmEntry {
  readonly name: string
  readonly epoch: string
  readonly version: string
  readonly release: string
  readonly arch: string
}

/** What rpm says of a word: of a name, `name-version`, `name.arch` and their like, or of a file's path. */
export interface RpmPackage {
  /** What is installed and called so; several for several architectures or kernels. */
  readonly installed: readonly RpmEntry[]
  /** Something that is installed has that name, provides it, or owns that file. */
  readonly provided: boolean
}

const FORMAT = '%{NAME}\\t%|EPOCH?{%{EPOCH}}:{0}|\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n'

/** How rpm says that nothing provides a word. */
const DENIED =
  /^(?:no package provides (?=.*$)|error: file (?=.*: No such file or directory$)|file (?=.* is not owned by any package$))(.+?)(?:: No such file or directory| is not owned by any package)?$/

const kind: ProbeKind<string, RpmPackage | null> = {
  name: 'rpm-package',
  subjects: ['packages', 'files'],
  key: (word) => word,
  posix: {
    script: (words) => sh`if command -v rpm >/dev/null 2>&1; then
  LC_ALL=C rpm -q --qf ${FORMAT} -- ${words} 2>/dev/null; printf '\0'; LC_ALL=C rpm -q --whatprovides --qf '+\n' -- ${words} 2>&1
else printf none; fi
:`,
    read: readAll,
  },
}

/** What rpm knows of a word; null where there is no rpm. All of a request cost two processes. */
export function rpmPackage(word: string): Probe<RpmPackage | null> {
  return probe(kind, word)
}

function readAll(output: Output, words: readonly string[]): (RpmPackage | null)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('ask rpm: the host printed too much')
  const text = output.stdout.toString('utf8')
  if (text === 'none') return words.map(() => null)
  const [found = '', providers] = text.split('\0')
  if (providers === undefined) throw new TaskFailure("ask rpm: the host's answer cannot be read")
  const entries = found.split('\n').flatMap((line) => {
    const [name, epoch, version, release, arch, more] = line.split('\t')
    return name === undefined || arch === undefined || more !== undefined
      ? []
      : [{ name, epoch: epoch as string, version: version as string, release: release as string, arch }]
  })
  const byWord = new Map<string, RpmEntry[]>()
  for (const entry of new Map(entries.map((one) => [Object.values(one).join('\t'), one])).values())
    for (const word of spellings(entry)) byWord.set(word, [...(byWord.get(word) ?? []), entry])
  const denied = new Set(providers.split('\n').flatMap((line) => DENIED.exec(line)?.[1] ?? []))
  return words.map((word) => {
    const installed = byWord.get(word) ?? []
    return { installed, provided: installed.length > 0 || !denied.has(word) }
  })
}

/** The words by which rpm finds a package. */
function spellings({ name, epoch, version, release, arch }: RpmEntry): string[] {
  const versions = [version, `${version}-${release}`, `${epoch}:${version}`, `${epoch}:${version}-${release}`]
  const words = [name, ...versions.map((one) => `${name}-${one}`)]
  return [...words, ...words.map((word) => `${word}.${arch}`)]
}
