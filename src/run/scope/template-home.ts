import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { TemplateHome } from '../../template/api.ts'

/**
 * What templates find beside a playbook: other templates by name, in `templates/`, then in the playbook's folder, as
 * the template module looks for them.
 */
export function templateHome(directory: string): TemplateHome {
  return {
    directory,
    include(name) {
      const places = isAbsolute(name) ? [name] : [join(directory, 'templates', name), join(directory, name)]
      const file = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
      return file === undefined ? undefined : { source: readFileSync(file, 'utf8'), file }
    },
  }
}
