import type { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { maskedAddress, request } from '../http/download.ts'
import { requestConfig } from '../http/request.ts'
import type { Action, ActionResult } from '../module.ts'

/** Has the host fetch a key from a web server. @throws TaskFailure in Ansible's words */
export async function* fetchKey(
  url: string,
  validateCerts: boolean,
  module: string,
  says: (url: string, message: string) => string,
): AsyncGenerator<Action, Buffer, ActionResult> {
  const config = requestConfig({
    ...{
      url,
      method: 'GET',
      body: undefined,
      body_format: 'raw',
      headers: new Map(),
      http_agent: 'muster',
      timeout: 10,
    },
    ...{
      url_username: undefined,
      url_password: undefined,
      validate_certs: validateCerts,
      follow_redirects: 'all',
    },
    ...{ ca_path: undefined, client_cert: undefined, client_key: undefined, unix_socket: undefined },
  })
  const response = yield* request(`fetch ${maskedAddress(url)}`, config as Secret, false, module)
  if (response.status === 200) return response.body
  throw new TaskFailure(says(maskedAddress(url), `HTTP Error ${response.status}: ${response.reason}`))
}
