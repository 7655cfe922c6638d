import { fileParameters } from '../files/attributes/file-parameters.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

/** Parameters of `unarchive` (facts/modules.md), less `decrypt`, `io_buffer_size`, and what is set on single files only. */
export const unarchiveSpec = {
  parameters: {
    src: {
      type: 'path',
      required: true,
      doc: 'Archive on the controller; on the host (or an address that the host fetches) with remote_src.',
    },
    dest: { type: 'path', required: true, doc: 'Directory to unpack into; it must be there.' },
    remote_src: { type: 'bool', default: false, doc: 'src is on the host, or an http(s) address.' },
    creates: {
      type: 'path',
      doc: 'When this path is there, nothing is done: nothing is sent, and the archive is not even read.',
    },
    include: {
      type: 'list',
      elements: 'str',
      default: [],
      doc: 'Unpack these members only; a directory stands for all below it.',
    },
    exclude: { type: 'list', elements: 'str', default: [], doc: 'Leave these members out; patterns of tar.' },
    extra_opts: {
      type: 'list',
      elements: 'str',
      default: [],
      doc: 'More options for tar (--strip-components=1), a word each.',
    },
    keep_newer: {
      type: 'bool',
      default: false,
      doc: 'Leave files that are newer than those of the archive. The task is then changed on every run where one is.',
    },
    list_files: { type: 'bool', default: false, doc: 'Put the names of the members into the result.' },
    validate_certs: { type: 'bool', default: true, doc: 'Check the certificate of an https address.' },
    owner: { ...fileParameters.owner, doc: 'User that all members belong to: a name, or digits for an id.' },
    group: { ...fileParameters.group, doc: 'Group that all members belong to: a name, or digits for an id.' },
    mode: {
      ...fileParameters.mode,
      doc: "Permissions of all members, directories too: rather symbolic ('u=rwX,g=rX,o=') than octal.",
    },
  },
  mutuallyExclusive: [['include', 'exclude']],
} as const satisfies ParameterSpec

export type UnarchiveParameters = ParametersOf<typeof unarchiveSpec>
