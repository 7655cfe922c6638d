import type { Statement } from './nodes.ts'
import { walkStatements } from './walk.ts'

/** Every name that statements read. */
export function namesUsed(body: readonly Statement[]): Set<string> {
  const names = new Set<string>()
  walkStatements(body, (expression) => {
    if (expression.kind === 'name') names.add(expression.name)
  })
  return names
}
