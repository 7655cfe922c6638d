import { describe, expect, it } from 'vitest'
import type { Playbook } from '../../src/playbook/playbook.ts'
import { checkTags, selected } from '../../src/playbook/tags.ts'

/** The tasks of the recorded cases 200 to 216: name -> tags. */
const tasks: Record<string, string[]> = {
  plain: [],
  a: ['a'],
  'b and c': ['b', 'c'],
  always: ['always'],
  never: ['never'],
  'never and x': ['never', 'x'],
  both: ['always', 'never'],
}
const run = (tags: string[], skipTags: string[] = []) =>
  Object.keys(tasks).filter((name) => selected(tasks[name]!, { tags, skipTags }))

describe('selected', () => {
  it.each<[string[], string[], string[]]>([
    [[], [], ['plain', 'a', 'b and c', 'always', 'both']],
    [['all'], [], ['plain', 'a', 'b and c', 'always', 'both']],
    [['a'], [], ['a', 'always', 'both']],
    [['a', 'c'], [], ['a', 'b and c', 'always', 'both']],
    [['tagged'], [], ['a', 'b and c', 'always', 'both']],
    [['untagged'], [], ['plain', 'always', 'both']],
    [['never'], [], ['always', 'never', 'never and x', 'both']],
    [['x'], [], ['always', 'never and x', 'both']],
    [['all', 'never'], [], ['plain', 'a', 'b and c', 'always', 'never', 'never and x', 'both']],
    [[], ['a'], ['plain', 'b and c', 'always', 'both']],
    [['a'], ['a'], ['always', 'both']],
    [[], ['always'], ['plain', 'a', 'b and c']],
    [[], ['all'], ['always', 'both']],
    [[], ['tagged'], ['plain']],
    [[], ['untagged'], ['a', 'b and c', 'always', 'both']],
    [['nosuch'], [], ['always', 'both']],
  ])('--tags %j --skip-tags %j', (tags, skipTags, expected) => {
    expect(run(tags, skipTags)).toEqual(expected)
  })
})

describe('checkTags', () => {
  const playbook = {
    file: 'site.yaml',
    plays: [
      {
        preTasks: [],
        tasks: [{ kind: 'task', tags: ['install', 'always'] }],
        postTasks: [{ kind: 'task', tags: ['proof'] }],
        handlers: [{ tags: ['restart'] }],
      },
    ],
  } as unknown as Playbook

  it('knows the tags of tasks and handlers, and the special ones', () => {
    const tags = ['install', 'restart', 'all', 'always', 'never', 'tagged', 'untagged']
    expect(checkTags(playbook, { tags, skipTags: tags })).toEqual([])
  })

  it('names an unknown tag with its option and the nearest', () => {
    expect(checkTags(playbook, { tags: ['instal'], skipTags: ['zzz'] })).toEqual([
      {
        message: "--tags: no task has the tag 'instal'",
        position: { file: 'site.yaml' },
        hint: 'did you mean "install"?',
      },
      expect.objectContaining({ message: "--skip-tags: no task has the tag 'zzz'" }),
    ])
  })
})
