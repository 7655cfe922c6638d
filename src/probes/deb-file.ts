import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath } from './expand-path.ts'
import { field, readFields, strictText } from './fields.ts'
import { NOT_INSTALLED, noDpkg, type Package, packageQuery, readPackages } from './package.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A package file of the Debian family that lies on the host, links followed. */
export type DebFile =
  /** Nothing at the path. */
  | { readonly kind: 'missing'; readonly path: string }
  /** A directory, a device, or a file that may not be read. */
  | { readonly kind: 'no-file'; readonly path: string }
  | {
      readonly kind: 'file'
      /** After `~` and variables were expanded. */
      readonly path: string
      /** The first bytes, {@link HEAD_SIZE} at most: they hold the control member of nearly all packages. */
      readonly head: Buffer
      /** What dpkg knows of a package; undefined when it was not asked about that one. */
      installed(name: string): Package | undefined
    }

/** Bytes of the file that are sent. The control member follows a header of 72 bytes and takes one to six kilobytes. */
const HEAD_SIZE = 8192

const kind: ProbeKind<string, DebFile> = {
  name: 'deb-file',
  subjects: ['files', 'packages', 'accounts'],
  key: (path) => path,
  posix: {
    alone: true,
    /*
     * `dpkg-deb -f` would start five processes, and what is installed can be asked only when the name is known. So the
     * file's first bytes go to the controller, which knows how to read them; and dpkg is asked about the names that
     * the file's own name suggests, or, where none of them is there, about all packages: then it will most likely be
     * installed, and what it depends on has to be known too.
     */
    script: ([path]) => {
      const names = suggestedNames(path as string)
      return sh`${assignPath('m_p', path as string)}
if ! command -v dpkg-query >/dev/null 2>&1; then printf 'nodpkg\0\0'
elif [ ! -e "$m_p" ]; then printf 'gone\0%s\0' "$m_p"
elif [ ! -f "$m_p" ] || [ ! -r "$m_p" ]; then printf 'nofile\0%s\0' "$m_p"
else
  m_k=
  for m_n in ${names}; do
    for m_l in "/var/lib/dpkg/info/$m_n.list" "/var/lib/dpkg/info/$m_n:"*.list; do [ ! -e "$m_l" ] || m_k=1; done
  done
  printf 'path\0%s\0packages\0' "$m_p"
  if [ -n "$m_k" ]; then ${packageQuery} -- ${names} 2>/dev/null; printf '\0'
  else ${packageQuery} 2>/dev/null; printf '\0all\0\0'; fi
  printf 'rest\0'; head -c ${HEAD_SIZE} <"$m_p"
fi`
    },
    read: (output, [path]) => [readDebFile(output, path as string)],
  },
}

/** What a .deb at a path of type path is, and what is installed. Two processes. */
export function debFile(path: string): Probe<DebFile> {
  return probe(kind, path)
}

/** `name_version_arch.deb`, `name.deb` and `name-version.deb` suggest a name each. */
export function suggestedNames(path: string): string[] {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.deb$/, '')
  const names = [stem, stem.split('_')[0] as string, stem.replace(/[-_.]v?\d.*$/s, '')]
  const usable = names.filter((name) => /^[a-z0-9][a-z0-9+.-]{0,200}$/.test(name))
  // dpkg-query without a name would tell of all packages; nobody's package is called like this.
  return usable.length === 0 ? ['-'] : [...new Set(usable)]
}

function readDebFile(output: Output, path: string): DebFile {
  const fields = readFields(output, `look at ${path}`)
  if (field(fields, 'nodpkg') !== undefined) throw noDpkg()
  const gone = field(fields, 'gone')
  if (gone !== undefined) return { kind: 'missing', path: strictText(gone, 'a file name') }
  const other = field(fields, 'nofile')
  if (other !== undefined) return { kind: 'no-file', path: strictText(other, 'a file name') }
  const [name, packages, head] = [field(fields, 'path'), field(fields, 'packages'), field(fields, 'rest')]
  if (name === undefined || packages === undefined || head === undefined)
    throw new TaskFailure(`look at ${path}: the host's answer cannot be read`)
  const found = readPackages(packages.toString('utf8'))
  const all = field(fields, 'all') !== undefined
  const asked = suggestedNames(path)
  return {
    kind: 'file',
    path: strictText(name, 'a file name'),
    head,
    installed: (one) => found.get(one) ?? (all || asked.includes(one) ? NOT_INSTALLED : undefined),
  }
}
