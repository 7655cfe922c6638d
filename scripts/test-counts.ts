/** What one vitest run came to. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  /** Skipped and to do. */
  readonly skipped: number
}

/** The part of the report of vitest's JSON reporter that is counted. */
export interface TestReport {
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/**
 * Counts tests by their result. A file that failed without a failing test (it could not be loaded, or its hooks failed)
 * counts as one failed test, so that the sum cannot read as a success.
 */
export function countResults(report: TestReport): Counts {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const file of report.testResults) {
    const states = file.assertionResults.map((test) => test.status)
    const broken = states.filter((state) => state === 'failed').length
    passed += states.filter((state) => state === 'passed').length
    failed += file.status === 'failed' ? Math.max(broken, 1) : broken
    skipped += states.filter((state) => state !== 'passed' && state !== 'failed').length
  }
  return { passed, failed, skipped }
}

/** The sum over several runs. */
export function sumCounts(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}
