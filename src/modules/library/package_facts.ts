import {
  type AllPackages,
  allPackages,
  type InstalledPackage,
  type PackageManager,
} from '../../probes/all-packages.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, dict, type Key, type Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'

const MANAGERS: readonly PackageManager[] = ['apt', 'rpm', 'apk', 'pacman']

/** Words of Ansible's for managers that these stand for. */
const SAME: Readonly<Record<string, PackageManager>> = {
  ...{ yum: 'rpm', yum4: 'rpm', dnf: 'rpm', dnf5: 'rpm', zypper: 'rpm' },
}

export default defineModule({
  name: 'package_facts',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Reads which packages are installed, into `ansible_facts.packages`.',
    notes: [
      'Of dpkg, rpm, apk and pacman. Where a package comes from (`origin`) is not read.',
      'Packages that are there in several versions or architectures have an entry for each.',
    ],
    examples: `
- name: what is installed
  package_facts:
- debug:
    msg: nginx {{ ansible_facts.packages.nginx[0].version }}
  when: "'nginx' in ansible_facts.packages"
`,
    returns: {
      ansible_facts: 'packages: by name a list of name, version, arch, source and what else the manager says',
    },
  },
  spec: {
    parameters: {
      manager: {
        type: 'list',
        default: ['auto'],
        doc: 'apt, rpm, apk, pacman (yum, dnf and zypper mean rpm); auto takes what the host has.',
      },
      strategy: {
        type: 'str',
        choices: ['first'],
        default: 'first',
        doc: 'The first manager that the host has; muster does not mix several.',
      },
    },
  },
  setsFacts: () => ['packages'],

  observe: ({ manager }) => ({ found: allPackages(managersOf(manager.map((word) => revealText(word)))) }),

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge(_, { found }) {
    if (found.manager === null)
      throw new TaskFailure(
        `Could not detect a supported package manager from the following list: ${MANAGERS.join(', ')}`,
        { hint: 'ask the manager of the host with command' },
      )
    const packages = byName(found)
    const gathered = new Map<string, Value>([['packages', packages]])
    return { gathered, result: { ansible_facts: new Map<Key, Value>(gathered) } }
  },
})

/** Null for any. @throws TaskFailure for a manager that muster does not know */
function managersOf(words: readonly string[]): readonly PackageManager[] | null {
  if (words.length === 0 || words.includes('auto')) return null
  return words.map((word) => {
    const name = SAME[word.toLowerCase()] ?? (word.toLowerCase() as PackageManager)
    if (MANAGERS.includes(name)) return name
    throw new TaskFailure(`muster knows no package manager '${word}'`, {
      hint: `known: auto, ${MANAGERS.join(', ')}`,
    })
  })
}

function byName({ manager, packages }: AllPackages): Dict {
  const found: Dict = new Map()
  for (const one of packages) {
    const entry = entryOf(one, manager as PackageManager)
    const before = found.get(one.name)
    if (Array.isArray(before)) before.push(entry)
    else found.set(one.name, [entry])
  }
  return found
}

function entryOf(
  { name, version, architecture, release, epoch, section }: InstalledPackage,
  source: PackageManager,
): Dict {
  return dict({
    name,
    version,
    ...(architecture === '' ? {} : { arch: architecture }),
    ...(release === undefined ? {} : { release }),
    ...(source === 'rpm'
      ? { epoch: epoch === undefined ? null : /^\d{1,9}$/.test(epoch) ? Number(epoch) : epoch }
      : {}),
    ...(section === undefined ? {} : { category: section }),
    source,
  })
}
