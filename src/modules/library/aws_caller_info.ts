import { callerIdentity } from '../../aws/identity.ts'
import { requireAmp } from '../../aws/regions.ts'
import { sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { askAws, globalClientsOf } from '../aws/ask.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'aws_caller_info',
  runsOn: 'controller',
  needsAws: true,
  checkMode: 'run',
  documentation: {
    summary: 'Says whose the AWS credentials of the controller are.',
    notes: ['It changes nothing.'],
    examples: `
- name: the account
  aws_caller_info:
  register: caller
`,
    returns: {
      account: 'twelve digits',
      arn: 'of the user or role',
      partition: 'aws, aws-cn or aws-us-gov',
    },
  },
  spec: {
    parameters: {
      region: { type: 'str', doc: 'Region of the endpoint that is asked; AWS_REGION when missing.' },
      services: {
        type: 'list',
        doc: 'Services that the region has to have, else the task fails by name: `aps` (Amazon Managed Service for Prometheus) is known.',
      },
    },
  },
  observe: nothingToObserve,
  async *converge({ region, services = [] }, _state, context) {
    const clients = await globalClientsOf(region, context)
    for (const service of services) {
      if (!sameText(service, 'aps'))
        throw new TaskFailure(`the service is 'aps', not ${JSON.stringify(service)}`)
      await askAws(async () => requireAmp(clients.region))
    }
    const { account, arn } = await askAws(() => callerIdentity(clients, context.signal))
    return { result: { account, arn, partition: arn.split(':')[1] ?? 'aws' } }
  },
})
