import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { emptyState, type ManagedNode } from '../../src/emulator/state.ts'
import { StateWriter } from '../../src/emulator/state-file.ts'

/** Id of the node of a number, from 0. */
export function nodeId(number: number): string {
  return `mi-${number.toString(16).padStart(17, '0')}`
}

/** A cloud that has so many nodes already, by way of its state file: registering a thousand takes a thousand keys. */
export async function cloudWithNodes(
  count: number,
  more: (number: number) => Partial<ManagedNode> = () => ({}),
): Promise<Cloud> {
  const state = emptyState('123456789012')
  for (let number = 0; number < count; number += 1) {
    const id = nodeId(number)
    state.nodes.set(id, {
      id,
      region: 'eu-central-1',
      activationId: '00000000-0000-0000-0000-000000000000',
      role: 'node',
      name: undefined,
      registered: 0,
      fingerprint: id,
      publicKey: '',
      tags: {},
      report: {},
      lastPing: undefined,
      onlineSince: undefined,
      ...more(number),
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'muster-cloud-'))
  try {
    const stateFile = join(folder, 'state.json')
    await new StateWriter(stateFile, state).save()
    const cloud = await startCloud({ stateFile })
    return {
      ...cloud,
      close: async () => {
        await cloud.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
