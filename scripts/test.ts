/**
 * Everything that `npm test` promises, after scripts/setup.mjs: types and lint, unit tests, tests on hosts. All of it runs
 * even when a part fails; the last line is the sum. Arguments go to vitest (files, `-t NAME`).
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Counts, countResults, sumCounts } from './test-counts.ts'

const projects = ['unit', 'system', 'hosts']

/** Runs a program of node_modules/.bin (first in the PATH) on this terminal. Resolves to whether it ended with 0. */
function run(command: string, parameters: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0))
  })
}

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The child in the same process group has heard of it too; it ends, and then this does.
  process.on(signal, () => {
    interrupted = true
  })
}

const reports = join(import.meta.dirname, '..', '.cache', 'test-reports')
rmSync(reports, { recursive: true, force: true })

let good = await run('tsc', ['--noEmit'])
good = (await run('biome', ['check', '.'])) && good

const counts: Counts[] = []
for (const project of projects) {
  if (interrupted) break
  const report = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // What a few chosen tests reach says nothing.
  const coverage = project === 'unit' && process.argv.length === 2 ? ['--coverage'] : []
  const passed = await run('vitest', [
    'run',
    ...['--project', project, '--passWithNoTests', ...reporters, ...coverage, ...process.argv.slice(2)],
  ])
  good = passed && good
  if (existsSync(report)) counts.push(countResults(JSON.parse(readFileSync(report, 'utf8'))))
  else good = false
}

const { passed, failed, skipped } = sumCounts(counts)
process.exitCode = good && !interrupted && failed === 0 && passed > 0 ? 0 : 1
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
