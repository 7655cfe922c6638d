import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { templateHome } from '../../../src/run/scope/template-home.ts'
import { createEngine } from '../../../src/template/engine.ts'
import { describeShells } from '../../connection/shells.ts'
import { readYaml } from '../../playbooks/yaml.ts'

function filtered(filter: string, text: string): string {
  const engine = createEngine({ lookup: (name) => (name === 'text' ? text : undefined) }, templateHome('/'))
  return String(engine.renderFile(`{{ text | ${filter} }}`, '/x'))
}

/** Any text that a file can hold. */
const anyText = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
const odd = fc
  .array(
    fc.constantFrom(
      'a',
      '"',
      "'",
      '%',
      '$',
      '\\',
      '\n',
      ' ',
      '=',
      '[',
      '#',
      ';',
      '`',
      '\u2028',
      '\u0085',
      'é',
      '😀',
    ),
  )
  .map((parts) => parts.join(''))
const texts = fc.oneof(anyText, odd)

/** systemd's rules for a word in double quotes (systemd.syntax, systemd.unit, systemd.service). */
function readWord(word: string, dollars: boolean): string {
  const inside = /^"(.*)"$/s.exec(word)?.[1] ?? word
  const plain = inside.replace(/\\(x[0-9a-f]{2}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : code,
  )
  const once = plain.replaceAll('%%', '%')
  return dollars ? once.replaceAll('$$', '$') : once
}

describe('text in the formats of services', () => {
  it('is one word of a unit, in one line', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const [filter, dollars] of [
          ['systemd_word', false],
          ['systemd_argument', true],
        ] as const) {
          const word = filtered(filter, text)
          expect(word).not.toMatch(/[\n\r]/)
          expect(readWord(word, dollars)).toBe(text)
          // Every sign that begins a specifier or variable comes twice.
          expect(word.replaceAll('%%', '')).not.toContain('%')
          if (dollars) expect(word.replaceAll('$$', '')).not.toContain('$')
        }
      }),
      { numRuns: 50 },
    )
  })

  it('stays as it is where nothing in it means anything', () => {
    expect(filtered('systemd_argument', '--web.listen-address=127.0.0.1:9090')).toBe(
      '--web.listen-address=127.0.0.1:9090',
    )
    expect(filtered('systemd_argument', '')).toBe('""')
    expect(filtered('systemd_argument', '[::1]:9090')).toBe('"[::1]:9090"')
  })

  it('is a scalar of YAML, in one line for every reader', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const scalar = filtered('yaml_string', text)
        expect(scalar).not.toMatch(/[\n\r\x85\u2028\u2029]/)
        expect(readYaml(`key: ${scalar}\n`)).toEqual({ key: text })
      }),
      { numRuns: 50 },
    )
  })

  it('is a string of TOML', () => {
    expect(filtered('toml_string', 'a"b\\c\nd%$[=é')).toBe('"a\\"b\\\\c\\u000ad%$[=é"')
  })
})

describeShells('a value of an environment file', (words) => {
  it('is read by a shell as it was', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const script = `VALUE=${filtered('environment_value', text)}\nprintf %s "$VALUE"`
        const { stdout } = spawnSync(words[0]!, [...words.slice(1), '-c', script], { encoding: 'utf8' })
        expect(stdout).toBe(text)
      }),
      { numRuns: 20 },
    )
  })
})
