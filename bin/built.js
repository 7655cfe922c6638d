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
    // Not Node's own recursive reading, which takes 12 MiB for it.
    /** @type {(path: string, folder: boolean) => boolean} */
    const isOlder = (path, folder) =>
      changed(path) < built &&
      (!folder ||
        readdirSync(root + path, { withFileTypes: true }).every((entry) =>
          isOlder(`${path}/${entry.name}`, entry.isDirectory()),
        ))
    return (
      ['package.json', 'node_modules/.package-lock.json'].every((path) => isOlder(path, false)) &&
      isOlder('src', true)
    )
  } catch {
    return false
  }
}
