import { FactAnswers } from '../../../src/modules/facts/group.ts'
import { groupOfFact } from '../../../src/modules/facts/index.ts'
import type { Value } from '../../../src/values/value.ts'
import { type Json, toJson } from '../conformance/case.ts'

/** What a group makes of fields, as JSON; a list of texts is a field that comes several times. */
export function factsOf(fact: string, fields: Readonly<Record<string, string | readonly string[]>>): Json {
  const all = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value: Buffer.from(value as string) })),
  )
  return toJson(new Map<string, Value>(groupOfFact(fact)!.read(new FactAnswers(all))))
}
