import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { knownNames } from '../../src/modules/registry.ts'
import { KEYWORDS } from '../../src/playbook/keywords.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { keywordsNotYet } from '../../src/playbook/tasks/not-yet.ts'
import { InputError } from '../../src/values/problem.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-property-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

const words = [...Object.keys(KEYWORDS), ...keywordsNotYet(), ...knownNames(), 'msg', 'src', 'mode', 'nosuch']
const text = fc.oneof(
  fc.constantFrom(
    'x',
    '',
    'a=b',
    '{{ x }}',
    '{{',
    '"',
    'yes',
    '5%',
    'echo hi',
    '0644',
    '\0',
    'x y=z',
    '__proto__',
  ),
  fc.string({ maxLength: 8 }),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.oneof(fc.constantFrom(...words), text), tie('value'), { maxKeys: 6 }),
}))
const task = fc.dictionary(fc.constantFrom(...words), value!, { maxKeys: 6 })
const play = fc
  .tuple(fc.dictionary(fc.constantFrom(...words), value!, { maxKeys: 6 }), fc.array(task, { maxLength: 3 }))
  .map(([keywords, tasks]) => ({ ...keywords, hosts: 'all', tasks }))

it('whatever a playbook holds, it is read or refused with places', async () => {
  const file = join(directory, 'play.yaml')
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.array(play, { minLength: 1, maxLength: 2 }), value!), async (plays) => {
      await writeFile(file, JSON.stringify(plays))
      try {
        expect((await readPlaybook(file)).plays.length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
        const { problems } = error as InputError
        expect(problems.length).toBeGreaterThan(0)
        for (const problem of problems) expect(problem.position?.file).toBe(file)
      }
    }),
    { numRuns: 300 },
  )
})
