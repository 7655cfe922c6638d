import { jsonOf } from '../../src/values/json-value.ts'
import { parseYaml } from '../../src/yaml/parse.ts'
import { toValue } from '../../src/yaml/to-value.ts'

/** Rendered YAML as plain data. */
export function readYaml(text: string): unknown {
  return jsonOf(toValue(parseYaml(text, 'rendered').documents[0]!))
}
