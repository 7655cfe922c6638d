import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { TemplateHome } from '../../template/api.ts'
import { fetchAddress, runProgram } from './controller-programs.ts'

/**
 * What templates find beside a playbook: other templates by name, as Ansible looks for them, in `templates/` and then
 * in the playbook's folder itself, then likewise beside the template at work and beside the file that includes; and
 * programs and addresses on the controller.
 */
export function templateHome(directory: string): TemplateHome {
  return {
    directory,
    include(name, beside) {
      const places = isAbsolute(name)
        ? [name]
        : [directory, ...beside].flatMap((folder) => [join(folder, 'templates', name), join(folder, name)])
      const file = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
      return file === undefined ? undefined : { source: readFileSync(file, 'utf8'), file }
    },
    run: (command) => runProgram(command, directory),
    fetch: fetchAddress,
  }
}
