/**
 * Loaded into a measured Node program (`--import`): leaves its peak memory in MiB where bench/measure.ts reads it. Plain
 * JavaScript: for TypeScript Node loads its compiler, which would be 12 MiB and 0.2 s of what is measured.
 */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env['MUSTER_BENCH_USAGE']
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS / 1024))
})
