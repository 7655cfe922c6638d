import { powerShellFailure } from '../../probes/windows/rows.ts'
import { windowsService } from '../../probes/windows/service.ts'
import { mapText, revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'
import { changeEnvironment, environmentChanges } from '../windows/service-environment.ts'

export default defineModule({
  name: 'win_service_environment',
  runsOn: 'host',
  platforms: ['windows'],
  documentation: {
    summary: 'Sets and removes variables of one service of a Windows host.',
    notes: [
      "They stand in the value Environment of the service's key, where the service finds them at its next start; variables of others stay. Ordinary users may read them.",
    ],
    examples: `
- name: proxy of the SSM agent
  win_service_environment:
    name: AmazonSSMAgent
    variables: { https_proxy: "http://proxy.example.com:3128" }
    absent: [http_proxy]
  notify: restart the agent
`,
    returns: { changed_names: 'names of the variables that were set or removed' },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, doc: 'Name of the service.' },
      variables: { type: 'dict', doc: 'Variables that it shall have, with their values.' },
      absent: {
        type: 'list',
        elements: 'str',
        default: [],
        doc: 'Names that it shall not have; one that is in variables too is set.',
      },
    },
  },
  observe: ({ name }) => ({ service: windowsService(name) }),
  async *converge(params, { service }, context) {
    const present = Object.fromEntries(
      [...(params.variables ?? [])].map(([name, value]) => [String(name), textOf(String(name), value)]),
    )
    const wish = {
      present,
      absent: params.absent
        .map((name) => revealText(name))
        .filter((name) => !Object.keys(present).some((one) => one.toUpperCase() === name.toUpperCase())),
    }
    if (!service.exists && !context.check)
      throw new TaskFailure(`there is no service ${params.name} on the host`, {
        hint: 'make it in a task before this one',
      })
    const changes = environmentChanges(wish, service)
    const result = { changed_names: changes }
    if (changes.length === 0) return { result }
    const says = `set ${changes.join(', ')} for ${service.name}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['units'],
      predicted: result,
      script: changeEnvironment(service.name, wish),
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result }
  },
})

function textOf(name: string, value: Value): Text {
  const refuse = (text: string): string => {
    if (name === '' || /[=\0\r\n]/.test(name) || /[\0\r\n]/.test(text))
      throw new TaskFailure(`the variable ${JSON.stringify(name)} cannot stand in a line NAME=VALUE`)
    return text
  }
  return mapText(value instanceof Secret ? value : String(value), refuse)
}
