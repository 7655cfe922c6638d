import { fileParameters } from '../files/attributes/file-parameters.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'
import { requestParameters } from './request-parameters.ts'

export const getUrlSpec = {
  parameters: {
    url: { type: 'str', required: true, doc: 'Address, http or https.' },
    dest: {
      type: 'path',
      required: true,
      doc: 'Where the file goes. A directory gets it under the name that the answer or the last address gives it, and it is fetched on every run.',
    },
    checksum: {
      type: 'str',
      default: '',
      doc: 'What the file must have: `sha256:HEX`, or the address of a list, `sha256:https://…/SHA256SUMS`. A file that has it is not fetched.',
    },
    force: { type: 'bool', default: false, doc: 'Fetch it though it was not modified since.' },
    ...fileParameters,
    ...requestParameters,
    backup: {
      type: 'bool',
      default: false,
      doc: 'Keep the old file beside the new one, with the time in its name.',
    },
    timeout: { type: 'int', default: 10, doc: 'Seconds that the server may be silent.' },
    url_username: { type: 'str', aliases: ['username'], doc: 'User for basic authentication.' },
    use_netrc: {
      type: 'bool',
      default: true,
      doc: 'Without url_username: use what .netrc of the user says of the server.',
    },
    use_proxy: { type: 'bool', default: true, doc: 'Obey http_proxy and its like of the environment.' },
    ciphers: { type: 'list', doc: 'Ciphers of TLS, as OpenSSL calls them.' },
    decompress: { type: 'bool', default: true, doc: 'Unpack what the server packed for the way.' },
    tmp_dest: {
      type: 'path',
      doc: 'Taken for the sake of existing playbooks: muster always fetches into a hidden file beside the target.',
    },
  },
} as const satisfies ParameterSpec

export type GetUrlParameters = ParametersOf<typeof getUrlSpec>
