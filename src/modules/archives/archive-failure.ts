import { type Field, field, readFields, splitFields } from '../../probes/fields.ts'
import { failedStep } from '../../shell/failed-step.ts'
import { saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import { diskFull } from '../files/done.ts'

/** What the messages of one task speak of. */
export interface ArchiveNames {
  /** The archive as the user named it. */
  readonly src: string
  readonly dest: string
  /** The working directory. */
  readonly work: string
}

/** The fields that a script printed. @throws TaskFailure of the step that failed, in Ansible's words where it has some */
export function readStep(output: Output, names: ArchiveNames): Field[] {
  if (output.rc === 0) return readFields(output, `unpack ${names.src}`)
  const failed = failedStep(output.stdout)
  if (failed === undefined) return readFields(output, `unpack ${names.src}`)
  const said = [displayText(failed.words).trim(), saidOn(output)].filter((part) => part !== '').join('\n')
  const kind = field(splitFields(failed.before, `unpack ${names.src}`), 'kind')?.toString('latin1')
  throw archiveFailure(failed.step, said, kind ?? 'tar', names)
}

/** The failure of a step. `said` are the tool's own words; `kind` is how the archive is compressed. */
export function archiveFailure(step: string, said: string, kind: string, names: ArchiveNames): TaskFailure {
  const { src, dest } = names
  // Where only a part of a block found room, tar gives no other reason.
  const full = diskFull(said) ?? /Wrote only \d+ of \d+ bytes/.exec(said)?.[0]
  if (full !== undefined) {
    const unpacking = step === 'unpack'
    return new TaskFailure(`failed to unpack ${src} to ${dest}: the disk is full (${full})`, {
      hint: unpacking
        ? `make room on the file system of ${dest} on this host and run again: a part of the archive may be unpacked`
        : `make room on the file system of ${names.work} on this host: the archive passes through it. Nothing was unpacked`,
      result: unpacking ? {} : { changed: false },
    })
  }
  const words = STEPS[step]
  if (words === undefined) return new TaskFailure(`failed to unpack ${src} to ${dest}: ${said}`)
  const { message, hint, begun = false } = words(names, said, kind)
  const result: Record<string, Value> = begun ? {} : { changed: false }
  return new TaskFailure(message, hint === undefined ? { result } : { result, hint })
}

type Words = (
  names: ArchiveNames,
  said: string,
  kind: string,
) => { readonly message: string; readonly hint?: string; readonly begun?: true }

/** Ansible tries one tool after the other and says this when none could read the file. */
function noHandler(src: string, why: string): string {
  return `Failed to find handler for "${src}". Make sure the required command to extract the file is installed.\n${why}`
}

const STEPS: Readonly<Record<string, Words>> = {
  make: ({ work }, said) => ({ message: `Could not make the working directory ${work}: ${said}` }),
  nocurl: ({ src }) => ({
    message: `the host has no curl to fetch ${src} with`,
    hint: 'install curl on the host (package: name=curl), or give an archive of the controller (without remote_src)',
  }),
  fetch: ({ src }, said) => ({ message: `Failure downloading ${src}, ${said}` }),
  checksum: () => ({
    message: 'Copied file does not match the expected checksum. Transfer failed.',
    hint: 'what arrived differs from what was sent; nothing was unpacked',
  }),
  missing: ({ src }) => ({
    message: `Source '${src}' does not exist`,
    hint: 'with remote_src the archive is on the host; without, on the controller',
  }),
  unreadable: ({ src }) => ({
    message: `Source '${src}' not readable`,
    hint: 'it must be a file that this user may read',
  }),
  zero: ({ src }) => ({ message: `Invalid archive '${src}', the file is 0 bytes` }),
  dest: ({ dest }, said) => ({ message: `dest '${dest}' must be an existing dir`, hint: said }),
  notar: ({ src }) => ({
    message: noHandler(src, "Unable to find required 'gtar' or 'tar' binary in the path"),
    hint: 'install GNU tar on the host (package: name=tar)',
  }),
  othertar: ({ src }) => ({
    message: noHandler(src, 'Command "tar" is another tar. GNU tar required.'),
    hint: 'install GNU tar on the host (package: name=tar)',
  }),
  zip: ({ src }) => ({
    message: noHandler(src, 'It is a zip archive, and muster unpacks tar archives only.'),
    hint: 'pack it as .tar.gz, or copy it and run unzip with command: and creates:',
  }),
  list: ({ src }, said, kind) => ({
    message: noHandler(src, `Command "tar" could not handle archive: ${said}`),
    hint:
      kind !== 'tar' && /Cannot exec|command not found/.test(said)
        ? `the archive is compressed with ${kind}: install ${PROGRAMS[kind] ?? kind} on the host`
        : 'the file is no archive of tar, or a part of it is missing; nothing was unpacked',
  }),
  empty: ({ src }) => ({
    message: noHandler(
      src,
      'Command "tar" found no files in archive. Empty archive files are not supported.',
    ),
  }),
  leaves: ({ src, dest }, member) => ({
    message: `failed to unpack ${src} to ${dest}: its member '${member}' would leave that directory`,
    hint: 'such an archive may be an attack; nothing was unpacked',
  }),
  long: ({ src }) => ({
    message: `the names of the members of ${src} do not fit into a result`,
    hint: 'leave list_files out; nothing was unpacked',
  }),
  unpack: ({ src, dest }, said) => ({
    message: `failed to unpack ${src} to ${dest}: ${said}`,
    hint: 'a part of the archive may be unpacked',
    begun: true,
  }),
  outside: ({ dest }, member) => ({
    message: `failed to unpack to ${dest}: a link on the way of its member '${member}' leads out of that directory`,
    hint: 'what it leads to may belong to others, and the link may be an attack; remove it, or name the real directory as dest',
  }),
  link: ({ dest }, path) => ({
    message: `refusing to unpack to ${dest} as root: ${path} is a link on the way of members, where others may write`,
    hint: 'it may be an attack; remove it, or unpack as the owner (become_user)',
    begun: true,
  }),
  moved: ({ dest }, path) => ({
    message: `failed to unpack to ${dest}: ${path} was replaced while muster worked on it, or belongs to root where others may swap it`,
    hint: 'whoever may write to the directories around it did this, and it may be an attack',
    begun: true,
  }),
  device: ({ dest }, path) => ({
    message: `refusing to unpack to ${dest} as root: ${path}, where others may write, is on another file system`,
    hint: 'unpack into it as its owner (become_user), or name it as dest',
    begun: true,
  }),
  as: ({ dest }, said) => ({
    message: `${dest} may be written to by others, and this host cannot unpack as its owner: ${said}`,
    hint: 'install util-linux (setpriv), or become the owner of the directory (become_user)',
  }),
  names: (_, said) => ({ message: `could not list what was unpacked: ${said}`, begun: true }),
  attributes: (_, said) => ({ message: `could not read owner and mode of the members: ${said}` }),
  owner: (_, said) => ({ message: `chown failed: ${said}`, begun: true }),
  mode: (_, said) => ({ message: `chmod failed: ${said}`, begun: true }),
}

/** Package names of Debian's that differ from the program's. */
const PROGRAMS: Readonly<Record<string, string>> = { xz: 'xz-utils' }
