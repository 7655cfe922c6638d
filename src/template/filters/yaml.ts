import { Float } from '../../values/float.ts'
import { formatProblem, InputError } from '../../values/problem.ts'
import { type Dict, isDict, type Value } from '../../values/value.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { toKey } from '../../yaml/to-value.ts'
import type { Filter } from '../filter.ts'
import { bind, bindNamed } from '../python/bind.ts'
import { asInteger } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { sorted } from '../python/ordering.ts'
import { isTrue } from '../python/truth.ts'
import { dumpYaml } from '../yaml-dump/dump.ts'

/** The value with the keys of all dicts in order; a dict whose keys have no order stays as it is. */
function sortKeys(value: Value): Value {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isDict(value)) return value
  const entries = [...value].map(([key, item]): [typeof key, Value] => [key, sortKeys(item)])
  try {
    return new Map(sorted(entries, ([key]) => key))
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    return new Map(entries)
  }
}

function yamlFilter(indent: number, flow: boolean | null): Filter {
  return (input, args) => {
    const [first, ...rest] = args.positional
    if (rest.length > 0) throw new PythonError('takes at most one argument by position, the indent')
    const given = bindNamed(args, {
      indent: first ?? indent,
      width: 80,
      sort_keys: true,
      default_flow_style: flow,
      allow_unicode: true,
      explicit_start: false,
      explicit_end: false,
    })
    return dumpYaml(isTrue(given.sort_keys) ? sortKeys(input) : input, {
      indent: asInteger(given.indent, 'indent'),
      width: given.width instanceof Float ? given.width.value : asInteger(given.width, 'width'),
      flow: given.default_flow_style === null ? null : isTrue(given.default_flow_style),
      allowUnicode: isTrue(given.allow_unicode),
      explicitStart: isTrue(given.explicit_start),
      explicitEnd: isTrue(given.explicit_end),
    })
  }
}

/** A node as data: text is never a template here, whatever it looks like, and tags of muster's have no meaning. */
function toData(node: YamlNode): Value {
  if (node.kind === 'list') return node.items.map(toData)
  if (node.kind === 'map') {
    const dict: Dict = new Map()
    for (const { key, value } of node.entries) dict.set(toKey(key), toData(value))
    return dict
  }
  if (node.tag !== undefined) {
    throw new PythonError(`could not determine a constructor for the tag '!${node.tag}'`)
  }
  return node.value
}

function documents(text: string): YamlNode[] {
  try {
    return parseYaml(text, '<unicode string>').documents
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new PythonError(error.problems.map(formatProblem).join('\n'))
  }
}

const fromYaml: Filter = (input, args) => {
  bind(args, {})
  if (typeof input !== 'string') return input
  const [first, second] = documents(input)
  if (second !== undefined)
    throw new PythonError('expected a single document in the stream, but found another')
  return first === undefined ? null : toData(first)
}

const fromYamlAll: Filter = (input, args) => {
  bind(args, {})
  if (input === null) return []
  return typeof input === 'string' ? documents(input).map(toData) : input
}

export const filters: Readonly<Record<string, Filter>> = {
  to_yaml: yamlFilter(2, null),
  to_nice_yaml: yamlFilter(4, false),
  from_yaml: fromYaml,
  from_yaml_all: fromYamlAll,
}
