import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDiff } from '../../src/report/diffs.ts'

const lines = (count: number, mark: string) => Array.from({ length: count }, (_, index) => `${mark}${index}`)

describe('formatDiff', () => {
  it('shows a change with three lines around it', () => {
    const before = [...lines(5, 'a'), 'old', ...lines(5, 'b')].join('\n')
    const shown = formatDiff({ header: '/etc/x', before, after: before.replace('old', 'new') })
    expect(shown.split('\n')).toEqual([
      ...['--- before: /etc/x', '+++ after: /etc/x', '@@ -3,7 +3,7 @@', ' a2', ' a3', ' a4'],
      ...['-old', '+new', ' b0', ' b1', ' b2', ''],
    ])
  })

  it('gives up the shortest diff of two texts that have nothing in common, and shows one change', () => {
    const start = process.threadCpuUsage()
    const ends = { head: lines(4, 'head').join('\n'), tail: lines(4, 'tail').join('\n') }
    const text = (mark: string) => [ends.head, ...lines(40_000, mark), ends.tail].join('\n')
    const shown = formatDiff({ before: text('a'), after: text('b') }).split('\n')
    const { user, system } = process.threadCpuUsage(start)
    expect((user + system) / 1000).toBeLessThan(3000)
    expect(shown.slice(0, 7)).toEqual([
      ...['--- before', '+++ after', '@@ -2,40006 +2,40006 @@', ' head1', ' head2', ' head3', '-a0'],
    ])
    expect(shown.at(-1)).toMatch(/^\(\d+ more lines\)$/)
  })

  it('counts the lines of the one change right, whatever the texts have in common', () => {
    const side = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 6 })
    // Enough that differs in the middle, so that the shortest diff is not looked for.
    const [old, made] = [lines(2000, 'o'), lines(2000, 'n')]
    fc.assert(
      fc.property(side, side, (head, tail) => {
        const shown = formatDiff({
          before: [...head, ...old, ...tail].join('\n'),
          after: [...head, ...made, ...tail].join('\n'),
        })
        const count = 2000 + Math.min(3, head.length) + Math.min(3, tail.length)
        const first = Math.max(0, head.length - 3) + 1
        expect(shown).toContain(`@@ -${first},${count} +${first},${count} @@`)
      }),
      { numRuns: 10 },
    )
  })
})
