import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KNOWN_SERIES, WINDOWS_SERIES } from '../../src/modules/collectors/known-series.ts'
import { jsonOf } from '../../src/values/json-value.ts'
import { loadYamlFile } from '../../src/yaml/load.ts'
import { toValue } from '../../src/yaml/to-value.ts'

const folder = join(import.meta.dirname, '../../dashboards')

interface Source {
  readonly type: string
  readonly uid: string
}
interface Panel {
  readonly id: number
  readonly title: string
  readonly datasource: Source
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly datasource: Source; readonly refId: string }[]
}
interface Variable {
  readonly name: string
  readonly type: string
  readonly query: string | { readonly query: string }
  readonly current: { readonly value: string }
}
const dashboard = JSON.parse(readFileSync(join(folder, 'fleet.json'), 'utf8')) as {
  readonly uid: string
  readonly templating: { readonly list: readonly Variable[] }
  readonly panels: readonly Panel[]
}
const { documents } = await loadYamlFile(join(folder, 'provisioning/amp.yaml'))
const provisioned = jsonOf(toValue(documents[0]!)) as unknown as {
  readonly apiVersion: number
  readonly datasources: readonly (Source & { readonly url: string; readonly jsonData: object })[]
}
const variables = new Map(dashboard.templating.list.map((variable) => [variable.name, variable]))
const queries = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query])),
]

/** Names in a query that are neither a function, nor a keyword, nor a label, nor inside quotes or brackets. */
function metrics(query: string): string[] {
  const bare = query
    .replace(/\{[^}]*\}/g, ' {} ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(?:by|without)\s*\([^)]*\)/g, ' ')
    .replace(/,\s*\w+\s*\)/g, ')')
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)]
    .filter(({ 0: word, index }) => !/^\s*\(/.test(bare.slice(index + word.length)))
    .map(([word]) => word)
    .filter((word) => !['or', 'and', 'unless', 'bool'].includes(word))
}

const known = new Set([
  ...KNOWN_SERIES.flatMap(({ selector }) => /^\w+/.exec(selector)?.[0] ?? []),
  ...WINDOWS_SERIES,
])

describe('the dashboard of the fleet', () => {
  test('finds the metrics of a query', () => {
    expect(metrics('count(sum by (host) (rate(a{b="c"}[5m])) == 0) or vector(0)')).toEqual(['a'])
    expect(metrics('label_values(up{host=~"$host"}, instance_id)')).toEqual(['up'])
    expect(metrics('other + up')).toEqual(['other', 'up'])
  })

  test('asks for nothing but the series that collectors are known to send', () => {
    expect(queries.length).toBeGreaterThan(8)
    for (const query of queries) {
      expect(metrics(query).length, query).toBeGreaterThan(0)
      expect(
        metrics(query).filter((name) => !known.has(name)),
        query,
      ).toEqual([])
    }
  })

  test('shows the three series of the proof', () => {
    const shown = new Set(queries.flatMap(metrics))
    for (const name of ['up', 'node_netstat_Tcp_InSegs', 'go_gc_duration_seconds_count'])
      expect(shown).toContain(name)
  })

  test('knows every variable that it uses, and every panel can be told by host and node', () => {
    const used = [...JSON.stringify(dashboard.panels).matchAll(/\$\{?(\w+)\}?/g)].map(([, name]) => name!)
    expect(used).toContain('datasource')
    const own = used.filter((name) => !name.startsWith('__'))
    expect(own.filter((name) => !variables.has(name))).toEqual([])
    for (const { title, targets } of dashboard.panels)
      for (const { expr } of targets) {
        expect(expr, title).toContain('host=~"$host"')
        expect(expr, title).toContain('instance_id=~"$instance_id"')
      }
  })

  test('reads from the workspace that the provisioning file names', () => {
    const [source] = provisioned.datasources
    expect(provisioned.apiVersion).toBe(1)
    expect(provisioned.datasources).toHaveLength(1)
    const chosen = variables.get('datasource')
    expect(chosen).toMatchObject({
      type: 'datasource',
      query: source!.type,
      current: { value: source!.uid },
    })
    const read = dashboard.panels.flatMap((panel) => [
      panel.datasource,
      ...panel.targets.map((each) => each.datasource),
    ])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own
    expect(read.filter(({ type, uid }) => type !== source!.type || uid !== '${datasource}')).toEqual([])
    expect(source).toMatchObject({ url: '$MUSTER_AMP_ENDPOINT', jsonData: { sigV4Auth: true } })
  })

  test('has panels with an id of their own that do not lie upon each other', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const [index, { gridPos: a }] of dashboard.panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24)
      for (const { gridPos: b } of dashboard.panels.slice(index + 1))
        expect(a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h).toBe(false)
    }
  })
})
