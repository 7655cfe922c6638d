import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Whether dist/, which scripts/build.mjs makes, is there and newer than every source and package: it starts in half the
 * time, but whoever changes a source means the source. Looking takes 4 ms.
 */
export function builtIsCurrent() {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const changed = (/** @type {string} */ path) => statSync(root + path).mtimeMs
  try {
    const built = changed('dist/cli/main.js')
    const sources = readdirSync(`${root}src`, { recursive: true })
    const places = ['package.json', 'node_modules/.package-lock.json', 'src']
    return [...places, ...sources.map((name) => `src/${name}`)].every((path) => changed(path) < built)
  } catch {
    return false
  }
}
