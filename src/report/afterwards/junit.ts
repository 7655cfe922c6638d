import type { Status } from '../../run/record/events.ts'
import { formatPosition } from '../../values/position.ts'
import { type Markup, markup } from './markup.ts'
import { type HostStory, type Story, type TaskStory, wholeTasks } from './story.ts'

/**
 * JUnit's XML as CI systems read it (the schema of Jenkins' xunit plugin): a suite a host, a case a task. A host that
 * was lost is an error of the task at which it was.
 */
export function junitReport(story: Story): string {
  const suites = story.hosts.map((host) => suite(story, host))
  const total = {
    tests: suites.reduce((sum, { tests }) => sum + tests, 0),
    failures: suites.reduce((sum, { failures }) => sum + failures, 0),
    errors: suites.reduce((sum, { errors }) => sum + errors, 0),
  }
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${story.playbook}" tests="${total.tests}" failures="${total.failures}" errors="${total.errors}" time="${seconds(story.ended?.seconds ?? 0)}">
${suites.map(({ element }) => element)}</testsuites>
`.text
}

function suite(story: Story, host: HostStory) {
  const failure = story.failures.find((each) => each.host === host.name)
  // A failure that a rescue took up did not make the host fail.
  const tasks = wholeTasks(host).map((task) =>
    task.status === 'failed' && story.ended !== undefined && failure?.task !== task.task
      ? { ...task, status: 'ignored' as const }
      : task,
  )
  const number = (...statuses: readonly Status[]) =>
    tasks.filter(({ status }) => statuses.includes(status)).length
  const counts = {
    tests: tasks.length,
    failures: number('failed', 'unknown'),
    errors: number('unreachable'),
  }
  const skipped = number('skipped', 'cancelled')
  const time = tasks.reduce((sum, { begin, end }) => sum + end - begin, 0)
  const element = markup`  <testsuite name="${host.name}" tests="${counts.tests}" failures="${counts.failures}" errors="${counts.errors}" skipped="${skipped}" time="${seconds(time)}" timestamp="${story.began.toISOString().slice(0, 19)}">
${tasks.map((task) => testCase(host, task, failure?.printed))}  </testsuite>
`
  return { ...counts, element }
}

/** @param printed what the program printed that failed on the host */
function testCase(host: HostStory, task: TaskStory, printed: string | undefined): Markup {
  const { play, status, message, hint, position, begin, end } = task
  const name = task.task === '' ? 'connection' : task.task
  return markup`    <testcase classname="${host.name}.${play}" name="${name}" time="${seconds(end - begin)}">${verdict()}</testcase>
`

  function verdict(): Markup | undefined {
    const said = message ?? status
    const details = [
      said,
      ...(printed === undefined ? [] : [printed]),
      ...(hint === undefined ? [] : [`what to do: ${hint}`]),
      ...(position === undefined ? [] : [`at ${formatPosition(position)}`]),
    ].join('\n')
    if (status === 'failed' || status === 'unknown')
      return markup`<failure message="${firstLine(said)}" type="${status}">${details}</failure>`
    if (status === 'unreachable')
      return markup`<error message="${firstLine(said)}" type="${status}">${details}</error>`
    if (status === 'skipped' || status === 'cancelled') return markup`<skipped message="${firstLine(said)}"/>`
    return undefined
  }
}

const seconds = (time: number) => time.toFixed(3)

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!
}
