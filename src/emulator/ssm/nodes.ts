import { AwsError } from '../errors.ts'
import { Input } from '../protocol/input.ts'
import type { Call } from '../service.ts'
import type { AgentReport, ManagedNode } from '../state.ts'

/** The node of an id in the call's region. @throws AwsError InvalidInstanceId */
function findNode(id: string, call: Call): ManagedNode {
  const node = call.state.nodes.get(id)
  if (node?.region !== call.region) throw new AwsError('InvalidInstanceId', `Not existing InstanceId ${id}`)
  return node
}

/** UpdateInstanceInformation: the agent's heartbeat. The empty ping at start says less than later ones. */
export function updateInstanceInformation(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const id = input.text('InstanceId', { required: true })
  const said = {
    agentName: input.text('AgentName'),
    agentVersion: input.text('AgentVersion'),
    platformType: input.text('PlatformType', { choices: ['Windows', 'Linux', 'MacOS'] }),
    platformName: input.text('PlatformName'),
    platformVersion: input.text('PlatformVersion'),
    ipAddress: input.text('IPAddress', { max: 46 }),
    computerName: input.text('ComputerName', { max: 255 }),
  }
  input.done()
  const node = findNode(id, call)
  const { principal, now } = call
  if (principal?.kind === 'node' && principal.nodeId !== id) {
    throw new AwsError('AccessDeniedException', `${principal.nodeId} may not report for ${id}`)
  }
  const report = Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== undefined),
  ) as AgentReport
  node.report = { ...node.report, ...report }
  if (pingStatus(node, call) !== 'Online') node.onlineSince = now
  node.lastPing = now
  return {}
}

/** Online while the last ping is young enough. */
export function pingStatus(node: ManagedNode, call: Call): 'Online' | 'ConnectionLost' {
  return node.lastPing !== undefined && call.now - node.lastPing < call.settings.pingAge * 1000
    ? 'Online'
    : 'ConnectionLost'
}

/** DeregisterManagedInstance. Tokens handed out before live on, but say nothing of a node any more. */
export function deregisterManagedInstance(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const id = input.text('InstanceId', { required: true, min: 20, max: 124, pattern: /^mi-[0-9a-f]{17}$/ })
  input.done()
  findNode(id, call)
  call.state.nodes.delete(id)
  return {}
}
