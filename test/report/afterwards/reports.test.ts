import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { htmlReport } from '../../../src/report/afterwards/html.ts'
import { junitReport } from '../../../src/report/afterwards/junit.ts'
import { markdownReport } from '../../../src/report/afterwards/markdown.ts'
import { sarifReport } from '../../../src/report/afterwards/sarif.ts'
import { type Story, storyJson, storyOf } from '../../../src/report/afterwards/story.ts'
import { storyText } from '../../../src/report/afterwards/story-text.ts'
import { changesOf, failuresOf, slowest } from '../../../src/report/afterwards/summary.ts'
import type { RecordedEvent } from '../../../src/run/record/event-log.ts'
import { began, ended, HOSTILE, hostileRun, told } from './stories.ts'

const story = (events: readonly RecordedEvent[]): Story => storyOf(events)!
const hostile = story(hostileRun())

/** As a strict reader of XML takes it. @throws when it is not well-formed */
function parseXml(text: string) {
  expect(XMLValidator.validate(text)).toBe(true)
  return new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', trimValues: false }).parse(text)
}

describe('a story', () => {
  test('tells each task with its time, and merges hosts that were changed alike', () => {
    expect(
      hostile.hosts.map(({ name, tasks }) => [name, tasks.map(({ begin, end }) => [begin, end])]),
    ).toEqual([
      ['web01', [[0.5, 1]]],
      ['web02', [[1, 1.5]]],
      [
        'web03',
        [
          [1.5, 2],
          [3.5, 4],
          [3.5, 4],
        ],
      ],
    ])
    expect(changesOf(hostile).map(({ hosts }) => hosts)).toEqual([['web01', 'web02']])
    expect(failuresOf(hostile)).toMatchObject([{ hosts: ['web03'], at: { position: { line: 12 } } }])
    expect(slowest(hostile, 1)).toEqual({
      hosts: [{ name: 'web03', seconds: 1 }],
      tasks: [{ name: HOSTILE, seconds: 0.5 }],
    })
  })

  test('of a run that died is what its tasks told', () => {
    const died = story([
      began(),
      told(1, 'web01', 'copy', 'ok'),
      told(2, 'web02', 'copy', 'failed', { message: 'no space left' }),
    ])
    expect(died.ended).toBeUndefined()
    expect(died.recap.get('web02')).toMatchObject({ ok: 0, failed: 1 })
    expect(died.failures).toMatchObject([{ host: 'web02', task: 'copy', message: 'no space left' }])
    expect(markdownReport(died, false)).toContain(': died\n')
    expect(markdownReport(died, true)).toContain(': running\n')
  })

  test('is none without a beginning', () => {
    expect(storyOf([told(1, 'web01', 'copy', 'ok')])).toBeUndefined()
  })
})

describe('JUnit', () => {
  test('has a suite a host, a case a task, and reads back what was said', () => {
    const { testsuites } = parseXml(junitReport(hostile))
    expect(testsuites).toMatchObject({ tests: '4', failures: '1', errors: '0' })
    const [, , web03] = testsuites.testsuite
    expect(web03).toMatchObject({ name: 'web03', tests: '2', failures: '1', time: '1.000' })
    expect(web03.testcase[1].failure['#text']).toContain('onerror=alert(1)')
    expect(web03.testcase[1].failure['#text']).toContain('what to do: ')
  })

  test('a lost host is an error, a skipped task skipped, a rescued failure none', () => {
    const run = story([
      began(),
      told(1, 'web01', 'copy', 'skipped'),
      told(2, 'web01', 'try', 'failed', { message: 'rescued later' }),
      told(3, 'web02', '', 'unreachable', { message: 'timed out' }),
      ended({ web01: { skipped: 1, rescued: 1 }, web02: { unreachable: 1 } }, [
        { host: 'web02', task: '', status: 'unreachable', message: 'timed out', hint: undefined },
      ]),
    ])
    const { testsuites } = parseXml(junitReport(run))
    expect(testsuites).toMatchObject({ failures: '0', errors: '1' })
    const [web01, web02] = testsuites.testsuite
    expect(web01).toMatchObject({ skipped: '1', failures: '0' })
    expect(web02.testcase).toMatchObject({ name: 'connection', error: { message: 'timed out' } })
  })
})

describe('HTML', () => {
  const page = htmlReport(hostile, false)

  test('is well-formed, needs no network and no script, and shows hostile text as text', () => {
    const { html } = parseXml(page.replace('<!doctype html>\n', ''))
    expect(html.head.title).toBe('muster apply site.yaml: 1 host failed')
    expect(page).not.toMatch(/<(script|img|link|iframe|object)\b/i)
    expect(page).not.toMatch(/<[^>]*\b(src|href)=/)
    expect(page).not.toContain('\u001b')
    expect(page).not.toContain('\u202e')
    expect(page).toContain('&#60;img src=x')
  })

  test('draws a row a host and a bar a task', () => {
    const svg = /<svg[\s\S]*<\/svg>/.exec(page)![0]
    expect(svg.match(/class="name"/g)).toHaveLength(3)
    expect(svg.match(/<rect /g)).toHaveLength(4)
  })
})

describe('Markdown', () => {
  const text = markdownReport(hostile, false)

  test('merges hosts and shows diffs folded', () => {
    expect(text).toContain('| web&#91;01-02&#93; | 1 | 1 | 0 | 0 | 0 | 0 | 0 |')
    expect(text).toMatch(/<details><summary>.*\n\n`{4}diff\n/)
  })

  test('has no tag, image or link of a host outside of code', () => {
    const outside = text.replaceAll(/^(`{3,})[^`]*\n[\s\S]*?\n\1$/gm, '').replaceAll(/(`+) .*? \1/g, '')
    expect(outside).not.toContain('<img')
    expect(outside).not.toContain('[x](')
    expect(text).not.toContain('\u001b')
    // Every row of a table has as many bars as its head.
    for (const table of text.match(/(?:^\|.*\|\n)+/gm)!) {
      const bars = table
        .trim()
        .split('\n')
        .map((row) => row.replaceAll(/`[^`]*`/g, '').match(/\|/g)!.length)
      expect(new Set(bars).size).toBe(1)
    }
  })
})

test('SARIF points at the task, relative to the repository', () => {
  const { runs } = JSON.parse(sarifReport(hostile, '1.2.3', '/work'))
  expect(runs[0].tool.driver).toMatchObject({ name: 'muster', version: '1.2.3', rules: [{ id: 'copy' }] })
  expect(runs[0].results).toHaveLength(1)
  expect(runs[0].results[0]).toMatchObject({
    ruleId: 'copy',
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'playbooks/site.yaml' },
          region: { startLine: 12, startColumn: 5 },
        },
      },
    ],
  })
})

test('JSON has the whole story', () => {
  const read = JSON.parse(JSON.stringify(storyJson(hostile)))
  expect(read).toMatchObject({
    run: '20261124T153055-d953e1a2',
    ended: { exitCode: 2 },
    recap: { web03: { failed: 1 } },
  })
  expect(read.hosts).toHaveLength(3)
})

describe('the text for a terminal', () => {
  test('tells a host in order, and where it failed', () => {
    const text = storyText(hostile, false, { host: 'web03' })
    expect(text).toMatch(/\nweb03\n {2}1\.5 s {2}\+0\.5 s {2}ok before\n/)
    expect(text).toContain('(/work/playbooks/site.yaml:12:5)')
    expect(text).not.toContain('web01')
    expect(text).not.toMatch(/\u001b\[2J|\u202e/)
  })

  test('shows diffs when asked', () => {
    expect(storyText(hostile, false, { host: 'web01' })).not.toContain('new on web01')
    expect(storyText(hostile, false, { host: 'web01', diff: true })).toContain('      +new on web01')
  })

  test('a host that the run did not have is a mistake, with the nearest name', () => {
    expect(() => storyText(hostile, false, { host: 'web1' })).toThrow(
      /no task of a host web1[\s\S]*did you mean "web01"/,
    )
  })
})
