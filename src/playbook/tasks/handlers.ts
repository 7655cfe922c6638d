import { didYouMean } from '../../values/text/nearest.ts'
import type { Named } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Task } from '../playbook.ts'
import { fullName } from '../roles/role.ts'

/**
 * Names that are notified and that no handler has. Ansible notices when a changed task notifies one, and then ends
 * the whole run. A handler whose name holds a template may have any name, so then nothing can be said.
 *
 * @param complete false when there are more handlers than could be read
 */
export function checkHandlers(
  notified: readonly Named[],
  handlers: readonly Task[],
  complete: boolean,
  mistakes: Mistakes,
): void {
  const named = handlers.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const ofRoles = handlers.flatMap(({ name, role }) =>
    name === undefined || role === undefined ? [] : [`${role.name} : ${name}`, `${fullName(role)} : ${name}`],
  )
  if (!complete || named.some((name) => typeof name !== 'string')) return
  const known = [...named.map(String), ...ofRoles, ...handlers.flatMap(({ listen }) => listen)]
  for (const { name, position } of notified) {
    if (known.includes(name)) continue
    const hint =
      didYouMean(name, known) ??
      (known.length === 0
        ? 'the play has no handlers'
        : `handlers of the play: ${[...new Set(known)].join(', ')}`)
    mistakes.add(position, `no handler is named '${name}' or listens to it`, hint)
  }
  for (const handler of handlers) {
    if (handler.name === undefined && handler.listen.length === 0) {
      mistakes.add(handler.position, 'nothing can notify this handler', 'give it a name or `listen`')
    }
  }
}
