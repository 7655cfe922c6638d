/** Loaded into a measured Node program (`--import`): leaves its peak memory in MiB where bench/measure.ts reads it. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env['MUSTER_BENCH_USAGE']
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS / 1024))
})
