import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { repr } from '../python/text/repr.ts'

const pprint: Filter = (input, args) => {
  bind(args, {})
  return repr(input)
}

export const filters: Readonly<Record<string, Filter>> = { pprint }
