/** What a label of a series has to be: one of these values. A label that is not there counts as empty. */
export type Matchers = Readonly<Record<string, readonly string[]>>

/**
 * A selector with more labels: `up{job="x"}` and `{instance: ["a", "b"]}` give `up{job="x",instance=~"a|b"}`. Values
 * are quoted for PromQL whatever is in them.
 * @throws RangeError for what is no plain selector or no name of a label
 */
export function withMatchers(selector: string, matchers: Matchers): string {
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(.*)\})?$/s.exec(selector.trim())
  const [, name = '', inside = ''] = parts ?? []
  if (parts === null || (name === '' && inside.trim() === ''))
    throw new RangeError(`${JSON.stringify(selector)} is not a plain selector`)
  const added = Object.entries(matchers).map(([label, values]) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))
      throw new RangeError(`${JSON.stringify(label)} is not a name of a label`)
    const [only] = values
    return values.length === 1
      ? `${label}=${quoted(only!)}`
      : `${label}=~${quoted(values.map(literally).join('|'))}`
  })
  const given = inside.trim().replace(/,$/, '')
  const all = [...(given === '' ? [] : [given]), ...added]
  return all.length === 0 ? name : `${name}{${all.join(',')}}`
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** A text as a pattern (RE2) that matches nothing else. */
function literally(value: string): string {
  return value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
