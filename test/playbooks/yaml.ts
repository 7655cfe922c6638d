import { plain } from '../../src/values/plain.ts'
import { parseYaml } from '../../src/yaml/parse.ts'
import { toValue } from '../../src/yaml/to-value.ts'

/** Rendered YAML as plain data. */
export function readYaml(text: string): unknown {
  return plain(toValue(parseYaml(text, 'rendered').documents[0]!))
}
