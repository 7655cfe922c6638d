import type { Parameter } from '../../parameters.ts'

/** The parameters that every module has that leaves a file (facts/modules.md, F), less what muster has no use for. */
export const fileParameters = {
  owner: { type: 'str', doc: 'User that owns the file: a name, or digits for an id.' },
  group: { type: 'str', doc: 'Group of the file: a name, or digits for an id.' },
  mode: { type: 'mode', doc: "Permissions, as octal text ('0644') or symbolic ('u=rw,g=r,o=')." },
  unsafe_writes: {
    type: 'bool',
    default: false,
    doc: 'Write in place where the file cannot be replaced (a bind mount of a container).',
  },
} as const satisfies Record<string, Parameter>

/** The parameters of modules that put a content in its place. */
export const placeParameters = {
  ...fileParameters,
  dest: { type: 'path', required: true, doc: 'Where the file goes. A directory gets it under its own name.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep the old file beside the new one, with the time in its name.',
  },
  force: { type: 'bool', default: true, doc: 'No: leave a file that is there as it is.' },
  follow: { type: 'bool', default: false, doc: 'Write through a link at dest instead of replacing it.' },
  validate: {
    type: 'str',
    doc: 'Command that must accept the new file before it is put in place; %s stands for its name.',
  },
} as const satisfies Record<string, Parameter>
