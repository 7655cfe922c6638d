import { parsePrimary } from './literals.ts'
import type { Target } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'

/** What a `for`, `set` or `with` assigns to: `a`, `a, b`, `a, (b, c)` and, where allowed, `namespace.attribute`. */
export function parseTarget(stream: TokenStream, withNamespace = false): Target {
  const { at } = stream.current
  const items: Target[] = []
  let isTuple = false
  for (;;) {
    items.push(parseSingle(stream, withNamespace))
    if (!stream.skipOperator(',')) break
    isTuple = true
    if (stream.isName('in') || stream.isOperator('=', ')')) break
  }
  return isTuple ? { kind: 'tuple', items, at } : items[0]!
}

function parseSingle(stream: TokenStream, withNamespace: boolean): Target {
  const { at } = stream.current
  if (stream.skipOperator('(')) {
    const inner = stream.nested(() => parseTarget(stream, withNamespace))
    stream.expectOperator(')')
    return inner
  }
  const expression = parsePrimary(stream)
  if (expression.kind !== 'name') {
    return stream.fail(`can't assign to '${expression.kind === 'constant' ? 'const' : expression.kind}'`, at)
  }
  if (withNamespace && stream.skipOperator('.')) {
    return { kind: 'namespace', name: expression.name, attribute: stream.expect('name').text, at }
  }
  return { kind: 'name', name: expression.name, at }
}
