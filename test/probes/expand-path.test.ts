import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assignPath } from '../../src/probes/expand-path.ts'
import { describeShells } from '../connection/shells.ts'

function expand(words: readonly string[], path: string): string {
  const [program, ...rest] = words as [string, ...string[]]
  const script = `${assignPath('m_p', path).reveal()}\nprintf %s "$m_p"`
  const done = spawnSync(program, [...rest, '-c', script], {
    env: { HOME: '/home/me', NAME: 'a b*', EMPTY: '', PATH: process.env['PATH'] },
    encoding: 'utf8',
  })
  expect(done.stderr).toBe('')
  return done.stdout
}

describeShells('paths', (words) => {
  it.each([
    ['/etc/x', '/etc/x'],
    ['~', '/home/me'],
    ['~/x y', '/home/me/x y'],
    ['~root/x', '/root/x'],
    ['~no-such-user-here/x', '~no-such-user-here/x'],
    ['/a~/b', '/a~/b'],
    ['$HOME/x', '/home/me/x'],
    [`/x\${NAME}y`, '/xa b*y'],
    ['/$NAME/$EMPTY/z', '/a b*//z'],
    [`/$UNSET/\${UNSET}`, `/$UNSET/\${UNSET}`],
    ['/$(id)`id`', '/$(id)`id`'],
    ['/it\'s "$HOME"', '/it\'s "/home/me"'],
    ['/a\nb', '/a\nb'],
    ['/cost: 5$', '/cost: 5$'],
    ['/*', '/*'],
  ])('%j is %j', (path, wanted) => {
    expect(expand(words, path)).toBe(wanted)
  })

  it('without marks stays what it is, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\0$]|^~/.test(one))
    fc.assert(
      fc.property(text, (path) => {
        expect(expand(words, path)).toBe(path)
      }),
      { numRuns: 30 },
    )
  })
})
