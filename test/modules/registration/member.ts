import type { AgentAnswers } from '../../../src/modules/registration/agent-state.ts'

/** A host of a batch that registers: which node it is, if it is one, and what its task wants. */
export function member(host: string, id: string | undefined, tags: Record<string, string> = {}, more = {}) {
  const params = {
    region: 'eu-central-1',
    iam_role: 'node',
    instance_name: undefined,
    tags: new Map(Object.entries(tags)),
    owner: 'fleet',
    expires_in: 600,
    reregister: false,
    activation_id: undefined,
    activation_code: undefined,
    prove: true,
    wait: 60,
    ...more,
  }
  const answers: AgentAnswers = {
    package: { manager: 'dpkg', status: 'installed', version: '3', architecture: 'amd64' },
    snap: {
      path: '/snap/amazon-ssm-agent/current',
      stat: null,
      link: null,
      target: null,
      directory: null,
      may: { read: false, write: false, execute: false },
    },
    registration: {
      node: id === undefined ? undefined : { id, region: 'eu-central-1' },
      runningAs: id,
      machineId: host,
    },
    clock: { host: 0, skew: 0 },
  }
  return { host, params, answers }
}
