import { TaskFailure } from '../../values/task-failure.ts'
import type { Member } from '../batch-hook.ts'
import { type AgentAnswers, agentOf } from './agent-state.ts'

/** Seconds; AWS refuses signatures that are five minutes off, so four leave room for drift. */
const MAX_CLOCK_SKEW = 240

/**
 * Hosts that must not register, with the reason: two machines with one `/etc/machine-id` would share, or fight for,
 * one managed node; a wrong clock makes every signed request fail, and then the agent hibernates
 * (facts/ssm-agent.md, rule 9).
 */
export function refuseHosts(
  members: readonly Member<unknown, AgentAnswers>[],
  registers: (member: Member<unknown, AgentAnswers>) => boolean,
): Map<string, TaskFailure> {
  const refused = new Map<string, TaskFailure>()
  const byMachine = new Map<string, string[]>()
  for (const { host, answers } of members) {
    const { machineId } = agentOf(answers)
    if (machineId === '') continue
    byMachine.set(machineId, [...(byMachine.get(machineId) ?? []), host])
  }
  for (const member of members) {
    if (!registers(member)) continue
    const { host, answers } = member
    const state = agentOf(answers)
    const same = byMachine.get(state.machineId) ?? []
    if (same.length > 1) {
      const what = state.windows ? 'UUID in their firmware' : '/etc/machine-id'
      refused.set(
        host,
        new TaskFailure(`${same.join(' and ')} have the same ${what} (${state.machineId})`, {
          hint: state.windows
            ? 'they are clones: give each virtual machine a UUID of its own, and try again'
            : 'they are clones: on all but one run `rm /etc/machine-id && systemd-machine-id-setup`, reboot, and try again',
        }),
      )
    } else if (Math.abs(state.clockSkew) > MAX_CLOCK_SKEW) {
      const direction = state.clockSkew > 0 ? 'ahead of' : 'behind'
      refused.set(
        host,
        new TaskFailure(
          `the clock of ${host} is ${Math.abs(state.clockSkew)} seconds ${direction} the controller's`,
          {
            hint: `AWS refuses requests signed more than 5 minutes off: set up time synchronisation (${state.windows ? 'w32tm' : 'chrony, systemd-timesyncd'})`,
          },
        ),
      )
    }
  }
  return refused
}
