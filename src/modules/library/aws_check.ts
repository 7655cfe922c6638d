import { revealText } from '../../values/secret.ts'
import { clientsOf } from '../aws/ask.ts'
import { defineModule, nothingToObserve } from '../module.ts'
import { findingsValue } from '../readiness/finding.ts'
import { judgeAccount } from '../readiness/judge-account.ts'

export default defineModule({
  name: 'aws_check',
  runsOn: 'controller',
  documentation: {
    summary:
      'Looks from the controller whether AWS is in reach, whose the credentials are, and what they may do.',
    notes: ['It changes nothing. `muster doctor` runs it and shows a table.'],
    examples: `
- name: the account
  aws_check:
    region: eu-central-1
    iam_role: muster-node
    workspace: fleet
  register: account
`,
    returns: {
      findings: 'a list of check, status (ok, warning, failed, unchecked), found and next',
      ready: 'false where one has failed',
    },
  },
  spec: {
    parameters: {
      region: { type: 'str', required: true, doc: 'AWS region.' },
      iam_role: { type: 'str', doc: "Name of the nodes' role." },
      make_role: { type: 'bool', default: true, doc: 'Whether muster makes the role.' },
      workspace: { type: 'str', doc: 'Alias of the workspace.' },
      workspace_id: { type: 'str', doc: 'Its id, where somebody else made it.' },
    },
  },
  observe: nothingToObserve,
  async *converge(params, _, context) {
    const clients = await clientsOf(params.region, context)
    const findings = await judgeAccount(
      clients,
      {
        role: revealText(params.iam_role),
        makesRole: params.make_role,
        workspaceAlias: revealText(params.workspace),
        workspaceId: revealText(params.workspace_id),
      },
      context.signal,
    )
    return {
      result: {
        findings: findingsValue(findings),
        ready: findings.every(({ status }) => status !== 'failed'),
      },
    }
  },
})
