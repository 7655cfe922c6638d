import { withMatchers } from '../../aws/selector.ts'
import { TaskFailure } from '../../values/task-failure.ts'

/** A selector with labels, as it is shown. */
export function withLabels(selector: string, labels: Readonly<Record<string, string>>): string {
  return withMatchers(
    selector,
    Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, [value]])),
  )
}

/**
 * Refuses what cannot be asked of AMP.
 * @throws TaskFailure for what is no plain selector or no name of a label
 */
export function checkSelector(selector: string, labels: Readonly<Record<string, string>>): void {
  try {
    withLabels(selector, labels)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TaskFailure(error.message, {
      hint: 'give the name of a metric, with label matchers in braces where needed: up{job="node"}',
    })
  }
}
