/**
 * Makes `dist/`: muster in a few files of plain JavaScript, which bin/muster.js prefers as long as no source is newer.
 * Reading 560 modules one by one is most of what a short run costs (measured: 0.31 s of CPU and 87 MB for
 * `apply --help`, 0.12 s and 69 MB from here). Run by `npm install` and by
 * scripts/setup.mjs; without the packages for development there is
 * none, and muster runs from its sources.
 */

import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { builtIsCurrent } from '../bin/built.js'

const root = join(import.meta.dirname, '..')

/** Packages beside it, and what of ssh2 is compiled for one Node version only and never used. */
const NOT_BUNDLED = [/\.node$/, 'cpu-features']

const vite = await import('vite').catch((error) => {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined
  throw error
})
if (vite !== undefined && !builtIsCurrent()) {
  const began = new Date()
  await rm(join(root, 'dist'), { recursive: true, force: true })
  await vite.build({
    root,
    configFile: false,
    logLevel: 'warn',
    // CommonJS packages ask for it.
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    ssr: { noExternal: true, external: ['cpu-features'] },
    build: {
      ssr: join('src', 'cli', 'main.ts'),
      // As deep as src/cli, so that what is shipped beside the code is found from either.
      outDir: join('dist', 'cli'),
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      target: 'node24',
      rolldownOptions: {
        external: NOT_BUNDLED,
        output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
  // A source that was changed meanwhile is newer than this.
  await utimes(join(root, 'dist', 'cli', 'main.js'), began, began)
}
