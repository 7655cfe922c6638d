import type { Settings } from './settings.ts'

/** The regular expressions that cut a template; all sticky, made once per combination of settings. */
export interface Rules {
  /** Text up to the next mark. Groups: `text`, one of {@link OPENINGS}, and its `sign`. */
  readonly root: RegExp
  readonly blockEnd: RegExp
  readonly variableEnd: RegExp
  /** The rest of a comment with its end, and of a raw block with its end. Group 1 is what is inside. */
  readonly comment: RegExp
  /** Groups: 1 what is inside, 2 the sign of the closing tag. */
  readonly raw: RegExp
  readonly lineStatementEnd: RegExp
  readonly lineComment: RegExp
}

export const OPENINGS = ['raw', 'block', 'variable', 'comment', 'lineStatement', 'lineComment'] as const

const cache = new Map<string, Rules>()

/** The rules for some marks. Jinja's own, so that white space is treated the same to the letter. */
export function rulesFor(settings: Settings): Rules {
  const key = JSON.stringify(settings)
  let rules = cache.get(key)
  if (rules === undefined) {
    rules = compile(settings)
    cache.set(key, rules)
  }
  return rules
}

function compile(settings: Settings): Rules {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  const blockStart = literal(settings.blockStart)
  const blockEnd = literal(settings.blockEnd)
  const variableEnd = literal(settings.variableEnd)
  const commentEnd = literal(settings.commentEnd)
  const suffix = settings.trimBlocks ? '\\n?' : ''
  // The longest mark first: `{%` and `{%%` may both be one.
  const marks: [number, string, string][] = [
    [settings.commentStart.length, 'comment', literal(settings.commentStart)],
    [settings.blockStart.length, 'block', blockStart],
    [settings.variableStart.length, 'variable', literal(settings.variableStart)],
  ]
  if (settings.lineStatement !== undefined) {
    marks.push([
      settings.lineStatement.length,
      'lineStatement',
      `^[ \\t\\v]*${literal(settings.lineStatement)}`,
    ])
  }
  if (settings.lineComment !== undefined) {
    const prefix = literal(settings.lineComment)
    marks.push([settings.lineComment.length, 'lineComment', `(?:^|(?<=\\S))[^\\S\\r\\n]*${prefix}`])
  }
  marks.sort((a, b) => b[0] - a[0])
  const openings = [
    `(?<raw>${blockStart}(?<rawSign>[-+]?)\\s*raw\\s*(?:-${blockEnd}\\s*|${blockEnd}))`,
    ...marks.map(([, name, source]) => `(?<${name}>${source}(?<${name}Sign>[-+]?))`),
  ]
  return {
    root: new RegExp(`(?<text>.*?)(?:${openings.join('|')})`, 'msy'),
    blockEnd: new RegExp(`(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${suffix})`, 'msy'),
    variableEnd: new RegExp(`-${variableEnd}\\s*|${variableEnd}`, 'msy'),
    comment: new RegExp(`(.*?)(?:\\+${commentEnd}|-${commentEnd}\\s*|${commentEnd}${suffix})`, 'msy'),
    raw: new RegExp(
      `(.*?)${blockStart}([-+]?)\\s*endraw\\s*(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${suffix})`,
      'msy',
    ),
    lineStatementEnd: /\s*(?:\n|$)/msy,
    lineComment: /.*?(?=\n|$)/msy,
  }
}
