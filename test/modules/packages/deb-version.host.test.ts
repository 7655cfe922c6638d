import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compareVersions } from '../../../src/modules/packages/deb-version.ts'
import { sh } from '../../../src/shell/sh.ts'
import { type CaseHost, startCaseHost } from '../conformance/case-host.ts'
import { debVersionPair } from './deb-version-arbitrary.ts'

let target: CaseHost
beforeAll(async () => {
  target = await startCaseHost()
})
afterAll(async () => target?.stop())

it('versions are compared as the real dpkg compares them', async () => {
  const pairs = fc.sample(debVersionPair, 300)
  const script = sh`while read -r m_a m_b; do
  for m_r in lt eq gt; do if dpkg --compare-versions "$m_a" "$m_r" "$m_b"; then echo "$m_r"; fi; done
done`
  const stdin = pairs.map(([a, b]) => `${a} ${b}\n`).join('')
  const [output] = await target.connection.request(undefined, [{ script, stdin }])
  const ours = pairs.map(([a, b]) => ['lt', 'eq', 'gt'][Math.sign(compareVersions(a, b)) + 1])
  const rows = (words: readonly (string | undefined)[]) =>
    pairs.map((pair, at) => [...pair, words[at]].join(' '))
  expect(rows(ours)).toEqual(rows(output?.stdout.toString().trim().split('\n') ?? []))
  expect(new Set(ours).size).toBe(3)
})
