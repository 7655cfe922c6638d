import { TaskFailure } from '../../values/task-failure.ts'

/** One option of curl's configuration; true for one without a value. */
export type CurlOption = readonly [name: string, value: string | true]

/**
 * Options as the text of a curl configuration (`curl -K -`), which comes on standard input: no header, body or
 * password is in a command line of the host.
 *
 * @throws TaskFailure for a value that the format cannot hold
 */
export function curlConfig(options: readonly CurlOption[]): string {
  return options
    .map(([name, value]) => (value === true ? `${name}\n` : `${name} = "${escaped(name, value)}"\n`))
    .join('')
}

function escaped(name: string, value: string): string {
  if (value.includes('\0')) throw new TaskFailure(`the ${name} of the request holds a NUL character`)
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll('\v', '\\v')
}
