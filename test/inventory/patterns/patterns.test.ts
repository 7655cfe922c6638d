import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { matchPattern } from '../../../src/inventory/patterns/patterns.ts'
import { readInventory } from '../../../src/inventory/read.ts'
import { folderWith } from '../folder.ts'

// What patterns mean is compared with Ansible's recorded answers (twins.test.ts); here are the laws they keep and
// what only muster refuses.
let inventory: Inventory
beforeAll(async () => {
  inventory = await readInventory(['web01,web02,web03,web10,db01,db02,lone'])
})

async function grouped(): Promise<Inventory> {
  const directory = folderWith({
    'hosts.yaml':
      'web: {hosts: {"web[1:6]": }}\ndb: {hosts: {"db[1:3]": }}\nprod: {hosts: {web1: , web2: , db1: }}\nempty:\n',
  })
  return readInventory([join(directory, 'hosts.yaml')])
}

const WORDS = [
  'all',
  'web',
  'db',
  'prod',
  'empty',
  'web1',
  'db3',
  'web*',
  '*1',
  '~web[12]',
  'web[0]',
  'web[1:3]',
  'ungrouped',
]

describe('the algebra of patterns', () => {
  const word = fc.constantFrom(...WORDS)

  test('a union holds its parts in their order, each host once', async () => {
    const inventory = await grouped()
    fc.assert(
      fc.property(word, word, (left, right) => {
        const expected = new Set([...matchPattern(inventory, left), ...matchPattern(inventory, right)])
        expect(matchPattern(inventory, `${left},${right}`)).toEqual([...expected])
        expect(matchPattern(inventory, [left, right])).toEqual([...expected])
      }),
    )
  })

  test('& is the intersection and ! the difference, and neither orders', async () => {
    const inventory = await grouped()
    fc.assert(
      fc.property(word, word, (left, right) => {
        const hosts = matchPattern(inventory, left)
        const others = new Set(matchPattern(inventory, right))
        expect(matchPattern(inventory, `${left},&${right}`)).toEqual(hosts.filter((name) => others.has(name)))
        expect(matchPattern(inventory, `${left},!${right}`)).toEqual(
          hosts.filter((name) => !others.has(name)),
        )
      }),
    )
  })

  test('the place of operators does not matter', async () => {
    const inventory = await grouped()
    fc.assert(
      fc.property(word, word, word, (base, kept, taken) => {
        const expected = matchPattern(inventory, `${base},&${kept},!${taken}`)
        expect(matchPattern(inventory, `!${taken},${base},&${kept}`)).toEqual(expected)
        expect(matchPattern(inventory, `&${kept},!${taken},${base}`)).toEqual(expected)
      }),
    )
  })

  test('a limit is an intersection', async () => {
    const inventory = await grouped()
    fc.assert(
      fc.property(word, word, (pattern, limit) => {
        expect(matchPattern(inventory, pattern, limit)).toEqual(
          matchPattern(inventory, `${pattern},&${limit}`),
        )
      }),
    )
  })

  test('parts of a group put together are the group', async () => {
    const inventory = await grouped()
    const all = matchPattern(inventory, 'web')
    fc.assert(
      fc.property(fc.nat(all.length - 1), (at) => {
        expect(matchPattern(inventory, `web[0:${at}]`)).toEqual(all.slice(0, at + 1))
        expect(matchPattern(inventory, `web[${at}:]`)).toEqual(all.slice(at))
        expect(matchPattern(inventory, `web[${at}]`)).toEqual([all[at]])
        expect(matchPattern(inventory, `web[-${at + 1}]`)).toEqual([all.at(-at - 1)])
      }),
    )
  })

  test('any text gives hosts of the inventory or is refused with a reason', async () => {
    const inventory = await grouped()
    const characters = fc.constantFrom(
      'w',
      'e',
      'b',
      '1',
      '[',
      ']',
      ':',
      ',',
      '!',
      '&',
      '*',
      '?',
      '~',
      '-',
      '(',
      ' ',
      '\\',
    )
    fc.assert(
      fc.property(fc.string({ unit: characters }), (pattern) => {
        try {
          for (const name of matchPattern(inventory, pattern)) expect(inventory.hosts.has(name)).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ name: 'InputError' })
        }
      }),
    )
  })
})

test.each([
  ['web0*', ['web01', 'web02', 'web03']],
  ['web0[!13]', ['web02']],
  ['all[1-2]', ['web02', 'web03']],
  ['web?1', ['web01']],
  ['~web\\d+$', ['web01', 'web02', 'web03', 'web10']],
  ['~(?P<a>w)eb01', ['web01']],
  ['nothing*', []],
  ['~nothing', []],
  ['localhost', ['localhost']],
  ['all,localhost', ['web01', 'web02', 'web03', 'web10', 'db01', 'db02', 'lone', 'localhost']],
])('%s', (pattern, hosts) => {
  expect(matchPattern(inventory, pattern)).toEqual(hosts)
})

describe('refused', () => {
  test.each([
    ['wbe01', 'no host and no group is called wbe01\n  hint: did you mean "web01"?'],
    ['all:!lonely', 'no host and no group is called lonely\n  hint: did you mean "lone"?'],
    ['all,&nosuch', 'no host and no group is called nosuch'],
    ['all[7]', 'all[7] names no host: all has 7 of them'],
    ['all[-8]', 'all[-8] names no host'],
    ['~(', '~( is no regular expression'],
    ['!', 'an operator stands without a name'],
    ['', 'the pattern of hosts is empty'],
    ['web01[', 'web01[ has a bracket without its partner'],
    ['web01]', 'web01] has a bracket without its partner'],
    ['~web0[', '~web0[ is no regular expression'],
    [' , ', 'the pattern of hosts is empty'],
  ])('%j', (pattern, message) => {
    expect(() => matchPattern(inventory, pattern)).toThrow(message)
  })

  test('all unknown words of pattern and limit at once', () => {
    expect(() => matchPattern(inventory, 'a,b', 'c')).toThrow(/called a\n[\s\S]*called b\n[\s\S]*called c/)
  })

  test('limits that would mean all hosts', () => {
    const directory = folderWith({
      empty: '\n  \n',
      comments: '# web01\n',
      good: ' web01 \n# no\n!web02\nweb0*\n',
    })
    expect(() => matchPattern(inventory, 'all', '')).toThrow('the limit is empty')
    expect(() => matchPattern(inventory, 'all', `@${directory}/empty`)).toThrow(
      'empty: the file of limits is empty',
    )
    expect(() => matchPattern(inventory, 'all', `@${directory}/comments`)).toThrow(
      'the file of limits is empty',
    )
    expect(() => matchPattern(inventory, 'all', `@${directory}/none`)).toThrow(
      'none: cannot be read: no such file',
    )
    expect(() => matchPattern(inventory, 'all', `@${directory}`)).toThrow('is a folder')
    expect(matchPattern(inventory, 'all', `@${directory}/good`)).toEqual(['web01', 'web03'])
  })
})
