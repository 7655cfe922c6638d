import { ModuleFailure } from '../module.ts'

/**
 * A selector with more labels: `up{job="x"}` and `{instance: "a"}` give `up{job="x",instance="a"}`. Values are quoted
 * for PromQL whatever is in them.
 * @throws ModuleFailure for what is no plain selector or no name of a label
 */
export function withLabels(selector: string, labels: Readonly<Record<string, string>>): string {
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(.*)\})?$/s.exec(selector.trim())
  const [, name = '', inside = ''] = parts ?? []
  if (parts === null || (name === '' && inside.trim() === '')) {
    throw new ModuleFailure(`${JSON.stringify(selector)} is not a plain selector`, {
      hint: 'give the name of a metric, with label matchers in braces where needed: up{job="node"}',
    })
  }
  const matchers = Object.entries(labels).map(([label, value]) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      throw new ModuleFailure(`${JSON.stringify(label)} is not a name of a label`)
    }
    return `${label}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  })
  const given = inside.trim().replace(/,$/, '')
  const all = [...(given === '' ? [] : [given]), ...matchers]
  return all.length === 0 ? name : `${name}{${all.join(',')}}`
}
