import { Float } from '../values/float.ts'
import { integer } from '../values/value.ts'
import type { YamlNode, YamlScalar } from './node.ts'

const WORDS = new Map<string, null | boolean>([
  ['null', null],
  ['true', true],
  ['false', false],
])

/** Whether a text is JSON, which Ansible asks first of every file of data. */
export function isJson(text: string): boolean {
  if (!/^[\s\uFEFF]*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The nodes of a JSON text typed by JSON's rules: `1e3` is a number there and text in YAML 1.1. */
export function typedAsJson(node: YamlNode): YamlNode {
  if (node.kind === 'list') return { ...node, items: node.items.map(typedAsJson) }
  if (node.kind === 'map') {
    return {
      ...node,
      entries: node.entries.map(({ key, value }) => ({ key: typedScalar(key), value: typedAsJson(value) })),
    }
  }
  return typedScalar(node)
}

function typedScalar(scalar: YamlScalar): YamlScalar {
  if (scalar.quoted) return scalar
  const word = WORDS.get(scalar.raw)
  if (word !== undefined) return { ...scalar, value: word }
  const value = /[.eE]/.test(scalar.raw) ? new Float(Number(scalar.raw)) : integer(BigInt(scalar.raw))
  return { ...scalar, value }
}
