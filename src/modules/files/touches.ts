import type { Subject } from '../../probes/probe.ts'

/** Places whose files are read as something else than files. */
const MORE: readonly { readonly subject: Subject; readonly paths: readonly string[] }[] = [
  {
    subject: 'units',
    paths: [
      '/etc/systemd',
      '/lib/systemd',
      '/usr/lib/systemd',
      '/usr/local/lib/systemd',
      '/run/systemd',
      '/etc/init.d',
    ],
  },
  {
    subject: 'accounts',
    paths: [
      '/etc/passwd',
      '/etc/group',
      '/etc/shadow',
      '/etc/gshadow',
      '/etc/nsswitch.conf',
      '/var/lib/extrausers',
    ],
  },
  { subject: 'packages', paths: ['/var/lib/dpkg', '/var/lib/rpm', '/usr/lib/sysimage/rpm', '/etc/apt'] },
]

/**
 * What a script of muster's own says of itself that changes these paths: what it touches, and that it leaves no process
 * behind. The paths have no links in them; null stands for a path of which that is not known, and then anything may be
 * touched.
 */
export function effectOn(paths: readonly (string | null)[]) {
  if (paths.includes(null)) return { contained: true } as const
  const also = MORE.filter(({ paths: special }) =>
    special.some((one) =>
      paths.some((path) => isWithin(path as string, one) || isWithin(one, path as string)),
    ),
  )
  const touches: readonly Subject[] = ['files', ...also.map(({ subject }) => subject)]
  return { contained: true, touches } as const
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
}
