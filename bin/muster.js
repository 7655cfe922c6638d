#!/usr/bin/env -S node --max-semi-space-size=2
// Space for young objects is bound to 2 MiB: with Node's 16 a run takes 26 MiB more, and is no faster (npm run bench).
// Plain JavaScript, so that an old Node can say what is missing, and `--version` costs no more than Node itself.
import { readFileSync } from 'node:fs'
import { builtIsCurrent } from './built.js'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  console.log(manifest.version)
} else if (Number(process.versions.node.split('.')[0]) < 24) {
  // The checkout brings its own Node: use it when it is there.
  const own = new URL('../node_modules/.bin/node', import.meta.url)
  const { existsSync } = await import('node:fs')
  if (existsSync(own) && process.env.MUSTER_OWN_NODE === undefined) {
    const { spawn } = await import('node:child_process')
    const child = spawn(
      own.pathname,
      [...process.execArgv, new URL(import.meta.url).pathname, ...process.argv.slice(2)],
      {
        stdio: 'inherit',
        env: { ...process.env, MUSTER_OWN_NODE: '1' },
      },
    )
    // The terminal sends its signals to the child as well; we only wait for how it ends.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'])
      process.on(signal, () => child.kill(signal))
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGTERM' ? 143 : 130)
    })
  } else {
    console.error(
      `muster needs Node 24 or newer, this is ${process.version}: run npm install in its folder, which brings one`,
    )
    process.exitCode = 1
  }
} else {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache?.()
  await import(builtIsCurrent() ? '../dist/cli/main.js' : '../src/cli/main.ts')
}
