/** One statement of an IAM policy, its elements as lists. */
interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly resources: readonly string[]
  readonly notResources: readonly string[]
  readonly services: readonly string[]
  readonly condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>
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
  const principal = statement['Principal']
  const lists = {
    actions: texts(statement['Action']),
    notActions: texts(statement['NotAction']),
    resources: texts(statement['Resource']),
    notResources: texts(statement['NotResource']),
    services: texts(isObject(principal) ? principal['Service'] : undefined),
  }
  if (lists.actions.length + lists.notActions.length === 0) return null
  const condition = statement['Condition'] ?? {}
  return isObject(condition) && Object.values(condition).every(isObject)
    ? { effect, ...lists, condition: condition as Statement['condition'] }
    : null
}

/**
 * Whether policies allow an action on a resource: an Allow, and no Deny. A statement that asks for conditions
 * allows nothing here, and denies always: the stand-in knows no request context to ask.
 */
export function allows(documents: Iterable<string>, action: string, resource: string): boolean {
  let allowed = false
  for (const document of documents) {
    for (const statement of readPolicy(document) ?? []) {
      const applies =
        (statement.actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) ||
          (statement.notActions.length > 0 &&
            !statement.notActions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())))) &&
        (statement.resources.some((pattern) => matches(pattern, resource)) ||
          (statement.notResources.length > 0 &&
            !statement.notResources.some((pattern) => matches(pattern, resource))))
      if (!applies) continue
      if (statement.effect === 'Deny') return false
      if (Object.keys(statement.condition).length === 0) allowed = true
    }
  }
  return allowed
}

/**
 * Whether a trust policy lets a service assume the role for this account and region, as Systems Manager asks it
 * (conditions `aws:SourceAccount` and `aws:SourceArn`, as AWS's documentation recommends them).
 */
export function trusts(document: string, service: string, account: string, sourceArn: string): boolean {
  return (readPolicy(document) ?? []).some(
    (statement) =>
      statement.effect === 'Allow' &&
      statement.services.includes(service) &&
      statement.actions.some((pattern) => matches(pattern.toLowerCase(), 'sts:assumerole')) &&
      Object.entries(statement.condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => {
          const value = { 'aws:sourceaccount': account, 'aws:sourcearn': sourceArn }[key.toLowerCase()]
          return value !== undefined && conditionHolds(operator, texts(wanted), value)
        }),
      ),
  )
}

function conditionHolds(operator: string, wanted: readonly string[], value: string): boolean {
  switch (operator) {
    case 'StringEquals':
      return wanted.includes(value)
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals':
      return wanted.some((pattern) => matches(pattern, value))
    default:
      return false
  }
}

/** IAM's wildcards: `*` any text, `?` one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}

function texts(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.filter((item): item is string => typeof item === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
