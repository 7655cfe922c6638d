import type { Known } from './known.ts'

/** Syntax of PowerShell 7 (facts/windows.md 3.1). */
const NEW_NODES = new Set(['TernaryExpressionAst', 'PipelineChainAst'])
const NEW_TOKENS = new Set([
  ...['QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'AndAnd', 'OrOr'],
])

/** What writes text in an encoding of its own choice where none is named (3.5). */
const WRITES = new Set([
  'set-content',
  'add-content',
  'out-file',
  'export-csv',
  'export-clixml',
  'tee-object',
])

/** Slow, broken on many hosts, or compiled on the host. */
const FORBIDDEN = /^(?:get|new|set|remove|invoke)-(?:wmi|cim)/i

/** In .NET Framework from its first version on, and outside of the namespaces of the list. */
const OTHER_TYPES = new Set([
  ...['componentmodel.win32exception', 'microsoft.visualbasic.devices.computerinfo'],
])

/** What there is beside the lists: of objects that are no .NET types, and of WinNT's accounts. */
const OTHER_MEMBERS = new Set([
  // Of a version table, of Win32Exception, and what Get-Acl adds to its result.
  ...['psversion', 'nativeerrorcode', 'sddl', 'totalphysicalmemory', 'availablephysicalmemory'],
  ...['length', 'count', 'rc', 'out', 'err', 'late', 'id', 'file', 'arguments', 'folder', 'input', 'seconds'],
  ...[
    'environment',
    'status',
    'linktype',
    'target',
    'uselessname',
    'psbase',
    'children',
    'schemaclassname',
    'groups',
  ],
  // What every object of PowerShell has; of tables of ours, and of what comes to a script as JSON.
  'psobject',
  ...['msg', 'bytes', 'after', 'before', 'backrefs'],
  ...['check', 'verbosity', 'error_action', 'depth', 'diff'],
  // Of the firewall's rules.
  ...['rules', 'grouping'],
  ...['objectsid', 'fullname', 'description', 'userflags', 'passwordexpired', 'isaccountlocked', 'members'],
])

/**
 * What a script holds that Windows PowerShell 5.1 or .NET Framework 4.7.2 lacks, or that is not to be used.
 *
 * @param parts the lines that `readScript` printed
 * @param ours names of functions of ours, in lower case
 */
export function lacks(parts: readonly string[], known: Known, ours: ReadonlySet<string>): string[] {
  const wrong: string[] = []
  for (const line of parts) {
    const [kind = '', name = '', ...rest] = line.split(' ')
    if (kind === 'error') wrong.push(line)
    if (kind === 'node' && NEW_NODES.has(name)) wrong.push(name)
    if (kind === 'token' && NEW_TOKENS.has(name)) wrong.push(name)
    if (kind === 'command' && name !== '')
      wrong.push(
        ...commandLacks(
          name,
          rest.filter((one) => one !== ''),
          known,
          ours,
        ),
      )
    if (
      (kind === 'type' || kind === 'new') &&
      !/^[$"(-]/.test(name) &&
      known.type(name) === undefined &&
      !OTHER_TYPES.has(name.toLowerCase())
    )
      wrong.push(`[${name}]`)
    if (kind === 'static' && rest[0] !== 'new' && !known.hasStatic(name, rest[0] ?? ''))
      wrong.push(`[${name}]::${rest[0]}`)
    if (
      kind === 'member' &&
      !/^[$(]/.test(name) &&
      !known.hasMember(name) &&
      !OTHER_MEMBERS.has(name.toLowerCase())
    )
      wrong.push(`a member ${name}`)
  }
  return wrong
}

function commandLacks(
  name: string,
  parameters: readonly string[],
  known: Known,
  ours: ReadonlySet<string>,
): string[] {
  if (ours.has(name.toLowerCase()) || /^\$/.test(name)) return []
  if (FORBIDDEN.test(name)) return [name]
  if (!known.hasCommand(name)) return [name]
  const wrong = parameters.filter((one) => !known.hasParameter(name, one)).map((one) => `${name} -${one}`)
  if (name.toLowerCase() === 'add-type' && !parameters.some((one) => /^assemblyname$/i.test(one)))
    wrong.push('Add-Type of source')
  const encodes = parameters.some((one) => /^(?:encoding|value)$/i.test(one))
  if (WRITES.has(name.toLowerCase()) && !encodes) wrong.push(`${name} without an encoding`)
  return wrong
}
