/** One statement of an IAM policy, its elements as lists. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly resources: readonly string[]
  readonly notResources: readonly string[]
  /** Of a trust policy: `Service`, `Federated` or `AWS` -> who. */
  readonly principals: Readonly<Record<string, readonly string[]>>
  readonly condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

/** @returns null for a document IAM refuses as malformed */
export function readPolicy(document: string): readonly Statement[] | null {
  let policy: unknown
  try {
    policy = JSON.parse(document)
  } catch {
    return null
  }
  if (!isObject(policy) || !('Statement' in policy)) return null
  const statements = (Array.isArray(policy['Statement']) ? policy['Statement'] : [policy['Statement']]).map(
    readStatement,
  )
  return statements.every((statement) => statement !== null) ? statements : null
}

function readStatement(statement: unknown): Statement | null {
  if (!isObject(statement)) return null
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') return null
  const lists = {
    actions: texts(statement['Action']),
    notActions: texts(statement['NotAction']),
    resources: texts(statement['Resource']),
    notResources: texts(statement['NotResource']),
  }
  if (lists.actions.length + lists.notActions.length === 0) return null
  const condition = statement['Condition'] ?? {}
  if (!isObject(condition) || !Object.values(condition).every(isObject)) return null
  return {
    effect,
    ...lists,
    principals: listsOf(isObject(statement['Principal']) ? statement['Principal'] : {}),
    condition: Object.fromEntries(
      Object.entries(condition).map(([operator, keys]) => [
        operator,
        listsOf(keys as Record<string, unknown>),
      ]),
    ),
  }
}

function listsOf(object: Readonly<Record<string, unknown>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, texts(value)]))
}

/** A value or a list of values; booleans and numbers count as their text. */
function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((item: unknown) =>
    typeof item === 'string' || typeof item === 'boolean' || typeof item === 'number' ? [String(item)] : [],
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
