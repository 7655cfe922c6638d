import { collectionLookups } from './collections.ts'
import { csvfileLookups } from './csvfile.ts'
import type { Lookup } from './define.ts'
import { environmentLookups } from './environment.ts'
import { fileLookups } from './files.ts'
import { iniLookups } from './ini.ts'
import { inventoryLookups } from './inventory.ts'
import { passwordLookups } from './password.ts'
import { programLookups } from './programs.ts'
import { sequenceLookups } from './sequence.ts'
import { settingLookups } from './settings.ts'
import { templateLookups } from './template.ts'
import { urlLookups } from './url.ts'
import { variableLookups } from './variables.ts'

const LOOKUPS: ReadonlyMap<string, Lookup> = new Map(
  [
    collectionLookups,
    csvfileLookups,
    environmentLookups,
    fileLookups,
    iniLookups,
    inventoryLookups,
    passwordLookups,
    programLookups,
    sequenceLookups,
    settingLookups,
    templateLookups,
    urlLookups,
    variableLookups,
  ].flatMap((family) => Object.entries(family)),
)

/** The lookup of that short name. */
export function findLookup(name: string): Lookup | undefined {
  return LOOKUPS.get(name)
}

/** The names of all lookups, for messages. */
export function lookupNames(): string[] {
  return [...LOOKUPS.keys()]
}
