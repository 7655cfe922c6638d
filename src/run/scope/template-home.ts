import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { TemplateError, type TemplateHome } from '../../template/api.ts'
import { InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { openVaultText } from '../../vault/keyring.ts'
import { fetchAddress, runProgram } from './controller-programs.ts'
import { UnknownValue } from './foresight.ts'

/**
 * What templates find beside a playbook: other templates by name, as Ansible looks for them, in `templates/` and then
 * in the playbook's folder itself, then likewise beside the template at work and beside the file that includes; and
 * programs and addresses on the controller.
 */
export function templateHome(directory: string, search: readonly string[] = [directory]): TemplateHome {
  return {
    directory,
    searchPath: search,
    include(name, beside) {
      const places = isAbsolute(name)
        ? [name]
        : [...search, ...beside].flatMap((folder) => [join(folder, 'templates', name), join(folder, name)])
      const file = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
      if (file === undefined) return undefined
      return { source: readFileSync(file, 'utf8'), file }
    },
    decrypt: (ciphertext, file) => new Secret(opened(ciphertext, file)),
    run: (command) => runProgram(command, directory),
    fetch: fetchAddress,
  }
}

/**
 * The same ahead of a task's turn, when nothing may be done that could be seen: no program, no request, no new file.
 * What needs them is known at its turn.
 */
export function homeAhead(home: TemplateHome): TemplateHome {
  const wait = (lookup: string) => (): never => {
    throw new UnknownValue(lookup)
  }
  return {
    ...home,
    run: wait("lookup('pipe')"),
    fetch: wait("lookup('url')"),
    beforeWriting: wait("lookup('password')"),
  }
}

/** In a template it is the template that fails, at its place. */
function opened(ciphertext: string, file: string): string {
  try {
    return openVaultText(ciphertext, { file })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new TemplateError(error.message)
  }
}
