import type { Parameter } from '../parameters.ts'

/** What uri and get_url have in common: how a request is made and proves who asks. */
export const requestParameters = {
  headers: { type: 'dict', default: new Map(), doc: 'Headers of the request.' },
  url_password: {
    type: 'str',
    secret: true,
    aliases: ['password'],
    doc: 'Password for basic authentication.',
  },
  force_basic_auth: {
    type: 'bool',
    default: false,
    doc: 'Taken for the sake of existing playbooks: muster always sends user and password with the first request.',
  },
  validate_certs: { type: 'bool', default: true, doc: "Check the server's certificate." },
  client_cert: { type: 'str', doc: 'Certificate of the client, on the host.' },
  client_key: { type: 'str', doc: 'Key of the client, on the host.' },
  http_agent: { type: 'str', default: 'muster', doc: 'The User-Agent header.' },
} as const satisfies Record<string, Parameter>
